//! The places that a branch waits for, and lends to its future.

use proc_macro2::Ident;
use syn::{Expr, ext::IdentExt};

use super::{
    expand::is_wrapper,
    method_names,
    question::{Question, Receiver, ungrouped},
};

/// A place whose value outlives the `select!`.
pub(crate) struct Lends<'a> {
    /// The variable that it is a part of.
    pub(crate) root: &'a Ident,
    pub(crate) place: &'a Expr,
    /// Whether the future itself is in there, and not what makes it.
    pub(crate) is_future: bool,
}

/// What a branch lends.
pub(crate) fn lends(future: &Expr) -> Vec<Lends<'_>> {
    let mut lent = Vec::new();
    collect(future, &mut lent);
    lent
}

fn collect<'a>(future: &'a Expr, lent: &mut Vec<Lends<'a>>) {
    let mut add = |place: &'a Expr, is_future| {
        lent.extend(root(place).map(|root| Lends { root, place, is_future }));
    };
    match (Question::about(future), ungrouped(future)) {
        (Question::Method { receiver, method }, Expr::MethodCall(call)) => {
            match receiver {
                Receiver::Place(place) => add(place, method == "as_mut"),
                Receiver::Accessor(chain) => add(chain, false),
            }
            // A known method fills what it is given in one step.
            if !method_names::is_known(&method.unraw().to_string()) {
                arguments(call.args.iter(), &mut add);
            }
        }
        (Question::Mutable(place), _) => add(place, true),
        (Question::Shared(place), _) => add(place, false),
        (Question::Value, place) => {
            // Anything else is judged by its type where it is dropped.
            if matches!(place, Expr::Path(_)) {
                add(place, true);
            }
        }
        (_, Expr::Call(call)) if is_wrapper(call) => {
            if let Some(inner) = call.args.last() {
                collect(inner, lent);
            }
        }
        (_, Expr::Call(call)) if !is_word(&call.func) => arguments(call.args.iter(), &mut add),
        (_, Expr::MethodCall(call)) => arguments(call.args.iter(), &mut add),
        _ => {}
    }
}

fn arguments<'a>(args: impl Iterator<Item = &'a Expr>, add: &mut impl FnMut(&'a Expr, bool)) {
    for arg in args {
        if let Expr::Reference(borrow) = arg {
            if borrow.mutability.is_some() {
                add(&borrow.expr, false);
            }
        }
    }
}

fn is_word(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "assume_cancel_safe")
}

/// The variable that `place` is a part of, also behind accessors.
fn root(place: &Expr) -> Option<&Ident> {
    match place {
        Expr::Path(path) => path.path.get_ident(),
        Expr::Field(field) => root(&field.base),
        Expr::Index(index) => root(&index.expr),
        Expr::Unary(unary) => root(&unary.expr),
        Expr::Paren(paren) => root(&paren.expr),
        Expr::Group(group) => root(&group.expr),
        Expr::Reference(borrow) => root(&borrow.expr),
        Expr::MethodCall(call) => root(&call.receiver),
        _ => None,
    }
}
