//! Classifies the expressions of futures by what the compiler can be asked about them.
//!
//! The future of an `async fn recv` has no nameable type, so whether `rx.recv()` may be dropped is a
//! question about `rx` and `recv`. It repeats `rx`, so the receiver has to be a place, which can be
//! evaluated twice without effect.

use proc_macro2::Ident;
use syn::{Expr, ExprMethodCall, Member, UnOp};

/// The form of an expression whose value is a future.
pub(super) enum Question<'a> {
    /// `place.method(..)`.
    Method { receiver: Receiver<'a>, method: &'a Ident },
    /// `&mut place`: the future, or the source that creates it, outlives the `select!`.
    Mutable(&'a Expr),
    /// `&place`.
    Shared(&'a Expr),
    /// `place`.
    Value,
    /// Anything else: a temporary, or an expression that only its type can tell about.
    Temporary,
}

/// The receiver of a method.
pub(super) enum Receiver<'a> {
    /// A place, which can be evaluated twice without effect.
    Place(&'a Expr),
    /// A chain like `self.rx.as_mut().unwrap()`. It is repeated in a closure that is never called.
    Accessor(&'a Expr),
}

/// Methods that return a part of their receiver.
const ACCESSORS: &[&str] =
    &["as_deref_mut", "as_mut", "as_ref", "by_ref", "expect", "get_mut", "get_ref", "unwrap"];

impl<'a> Question<'a> {
    pub(super) fn about(future: &'a Expr) -> Self {
        match ungrouped(future) {
            Expr::MethodCall(call) => Self::about_method(call),
            Expr::Reference(borrow) if is_place(&borrow.expr) => match borrow.mutability {
                Some(_) => Self::Mutable(&borrow.expr),
                None => Self::Shared(&borrow.expr),
            },
            place if is_place(place) => Self::Value,
            _ => Self::Temporary,
        }
    }

    fn about_method(call: &'a ExprMethodCall) -> Self {
        // `(&mut rx).recv()` asks about `rx`.
        let receiver = match ungrouped(&call.receiver) {
            Expr::Reference(borrow) => &*borrow.expr,
            receiver => receiver,
        };
        let method = &call.method;
        // `lease` is a method of every handle, or a handler of that name. The type of the future tells
        // which.
        if method == "lease" {
            Self::Temporary
        } else if is_place(receiver) {
            Self::Method { receiver: Receiver::Place(receiver), method }
        } else if is_accessor(receiver) {
            Self::Method { receiver: Receiver::Accessor(receiver), method }
        } else {
            Self::Temporary
        }
    }
}

pub(super) fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => ungrouped(&paren.expr),
        Expr::Group(group) => ungrouped(&group.expr),
        _ => expr,
    }
}

/// Whether evaluating `expr` has no effect.
fn is_place(expr: &Expr) -> bool {
    match ungrouped(expr) {
        Expr::Path(_) => true,
        Expr::Field(field) => is_place(&field.base),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)) && is_place(&unary.expr),
        Expr::Index(index) => is_place(&index.expr) && is_index(&index.index),
        _ => false,
    }
}

fn is_index(expr: &Expr) -> bool {
    match ungrouped(expr) {
        Expr::Lit(_) => true,
        Expr::Field(field) => matches!(field.member, Member::Named(_)) && is_place(&field.base),
        expr => matches!(expr, Expr::Path(_)),
    }
}

fn is_accessor(expr: &Expr) -> bool {
    let Expr::MethodCall(call) = ungrouped(expr) else {
        return false;
    };
    ACCESSORS.iter().any(|accessor| call.method == accessor)
        && call.args.iter().all(|argument| matches!(argument, Expr::Lit(_)))
        && (is_place(&call.receiver) || is_accessor(&call.receiver))
}
