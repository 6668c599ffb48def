//! What can be asked about a future before it is made.
//!
//! `async fn recv` has no type that could be named, so whether `rx.recv()` may be dropped is asked
//! about `rx` and `recv`. That works where naming `rx` a second time has no effect: at places.

use proc_macro2::Ident;
use syn::{Expr, ExprMethodCall, Member, UnOp};

/// What an expression says of its future.
pub(super) enum Question<'a> {
    /// `place.method(..)`.
    Method { receiver: Receiver<'a>, method: &'a Ident },
    /// `&mut place`: the future, or what makes it, outlives the `select!`.
    Mutable(&'a Expr),
    /// `&place`.
    Shared(&'a Expr),
    /// `place`.
    Value,
    /// Anything else: a value that nothing else holds, and what has to be known by its type.
    Temporary,
}

/// What a method is called on.
pub(super) enum Receiver<'a> {
    /// Naming it twice has no effect.
    Place(&'a Expr),
    /// A chain like `self.rx.as_mut().unwrap()`: it may be named twice if one of them is never run.
    Accessor(&'a Expr),
}

/// Methods that give a part of their receiver.
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
        // A handle has a `lease` of ours, or a handler of that name. What it makes tells which.
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

fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => ungrouped(&paren.expr),
        Expr::Group(group) => ungrouped(&group.expr),
        _ => expr,
    }
}

/// Whether naming `expr` has no effect.
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
