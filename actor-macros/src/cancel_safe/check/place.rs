//! Places: `self.buffer`, `*first`, `queues[at].items`.

use proc_macro2::Ident;
use syn::{Block, Expr, Member, Pat, Stmt, UnOp};

use super::names;

/// The expression without parentheses.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => bare(&paren.expr),
        Expr::Group(group) => bare(&group.expr),
        _ => expr,
    }
}

/// The expression without parentheses and `?`.
pub(super) fn tried(expr: &Expr) -> &Expr {
    match bare(expr) {
        Expr::Try(it) => tried(&it.expr),
        expr => expr,
    }
}

/// What a place is a part of: `self` of `self.items[at]`, `items.lock()` of `*items.lock()`.
pub(super) fn base(expr: &Expr) -> &Expr {
    match bare(expr) {
        Expr::Field(it) => base(&it.base),
        Expr::Index(it) => base(&it.expr),
        Expr::Unary(it) if matches!(it.op, UnOp::Deref(_)) => base(&it.expr),
        expr => expr,
    }
}

/// What was locked for `expr`: `self.queue` of `self.queue.lock().unwrap().items`.
pub(super) fn guarded(expr: &Expr) -> Option<&Expr> {
    match base(expr) {
        Expr::MethodCall(it) if names::GUARDS.has(&it.method) => Some(&it.receiver),
        Expr::MethodCall(it) => guarded(&it.receiver),
        Expr::Try(it) => guarded(&it.expr),
        Expr::Await(it) => guarded(&it.base),
        Expr::Reference(it) => guarded(&it.expr),
        _ => None,
    }
}

/// The variable that a place starts from; nothing for what is no place.
pub(super) fn root(expr: &Expr) -> Option<&Ident> {
    match base(expr) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// The fields of a place behind its variable, `.inner.items`; all elements of an index are one.
pub(super) fn fields(expr: &Expr) -> String {
    match bare(expr) {
        Expr::Field(field) => {
            let name = match &field.member {
                Member::Named(name) => name.to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            format!("{}.{name}", fields(&field.base))
        }
        Expr::Index(index) => fields(&index.expr),
        Expr::Unary(unary) => fields(&unary.expr),
        _ => String::new(),
    }
}

/// Whether writing to one path can change what is read through the other: `self.x` and `self.x.y`.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    inside(one, other) || inside(other, one)
}

/// The value of a block.
pub(super) fn tail(block: &Block) -> Option<&Expr> {
    match block.stmts.last() {
        Some(Stmt::Expr(expr, None)) => Some(expr),
        _ => None,
    }
}

/// Whether a pattern is `Some` or `Ok` of everything. If what it matches may be nested, `Ok(Some(..))`
/// is one, too; `Some(Ok(..))` is none, as it leaves what is an `Err`.
pub(super) fn takes_every_value(pattern: &Pat, is_nested: bool) -> bool {
    match pattern {
        Pat::TupleStruct(pattern) => {
            let name = pattern.path.segments.last().map(|last| last.ident.to_string());
            let is_ok = name.as_deref() == Some("Ok");
            (is_ok || name.as_deref() == Some("Some"))
                && pattern.elems.iter().all(|inner| {
                    matches_all(inner) || is_nested && is_ok && takes_every_value(inner, false)
                })
        }
        Pat::Paren(pattern) => takes_every_value(&pattern.pat, is_nested),
        _ => false,
    }
}

/// Whether a pattern matches every value, as far as can be seen.
pub(super) fn matches_all(pattern: &Pat) -> bool {
    match pattern {
        Pat::Ident(ident) => ident.subpat.is_none() && is_variable(&ident.ident),
        Pat::Wild(_) | Pat::Rest(_) => true,
        Pat::Tuple(tuple) => tuple.elems.iter().all(matches_all),
        Pat::Paren(pattern) => matches_all(&pattern.pat),
        Pat::Reference(pattern) => matches_all(&pattern.pat),
        Pat::Type(pattern) => matches_all(&pattern.pat),
        _ => false,
    }
}

/// Whether a branch of `select!` loses nothing by its pattern: what is in `Some(..)` or `Ok(..)` is
/// taken whatever it is.
pub(super) fn loses_nothing(pattern: &Pat) -> bool {
    match pattern {
        Pat::TupleStruct(_) => takes_every_value(pattern, true),
        pattern => matches_all(pattern),
    }
}

/// Whether nothing was taken where this pattern matches: `None`, `Err(..)`, and `Ok(None)` of what may be
/// nested. So it is for `_`, if the other patterns take every value.
pub(super) fn is_empty_handed(pattern: &Pat, is_nested: bool) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(ident) => ident.ident == "None",
        Pat::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "None"),
        Pat::TupleStruct(pattern) => {
            let name = pattern.path.segments.last().map(|last| &last.ident);
            name.is_some_and(|name| name == "Err")
                || is_nested
                    && name.is_some_and(|name| name == "Ok")
                    && pattern.elems.iter().all(|inner| is_empty_handed(inner, false))
        }
        Pat::Guard(guard) => is_empty_handed(&guard.pat, is_nested),
        Pat::Or(pattern) => pattern.cases.iter().all(|case| is_empty_handed(case, is_nested)),
        Pat::Paren(pattern) => is_empty_handed(&pattern.pat, is_nested),
        _ => false,
    }
}

/// Whether `_` is in a pattern, outside of `Some(_)` and its like.
pub(super) fn is_wild(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Guard(guard) => is_wild(&guard.pat),
        Pat::Or(pattern) => pattern.cases.iter().any(is_wild),
        Pat::Paren(pattern) => is_wild(&pattern.pat),
        _ => false,
    }
}

/// The expression that is a variable.
pub(super) fn variable(name: Ident) -> syn::ExprPath {
    syn::ExprPath { attrs: Vec::new(), qself: None, path: name.into() }
}

/// A variable, and not a constant or a variant without fields.
pub(super) fn is_variable(ident: &Ident) -> bool {
    ident.to_string().starts_with(|first: char| first.is_lowercase() || first == '_')
}

/// `queue.lock()`, which gives a guard by its name, and perhaps in a `Result`.
pub(super) fn is_guard(expr: &Expr) -> bool {
    matches!(bare(expr), Expr::MethodCall(it) if names::GUARDS.has(&it.method))
}
