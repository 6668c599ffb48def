//! Guarded blocks: `if P.is_none() { ..; P = Some(..) }`.
//!
//! A call that comes to such a block again finds that it is done and skips it, because the block's
//! last statement makes its question false. So the block is a turn of its own, and what it does is
//! no wait and no act of the turn around it.

use std::collections::HashSet;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{
    BinOp, Block, Expr, ExprAssign, ExprIf, FnArg, Lit, Pat, Signature, Stmt, UnOp,
    visit::{self, Visit},
};

use super::{
    look::is_word,
    macros::{Macros, Opened},
    names,
    parameters::{self, Given},
    place,
};

pub(super) struct Guard<'a> {
    /// `P = Some(..)`, the last statement.
    pub(super) assign: &'a Expr,
    pub(super) value: &'a Expr,
    /// Whether the question is false behind the block. Otherwise what is assigned may be nothing.
    pub(super) is_sure: bool,
}

/// The variables that stand for what outlives the call wherever they are named in the body: `self` and
/// reference arguments whose name is not used again.
pub(super) struct Names(HashSet<String>);

impl Names {
    pub(super) fn of(signature: &Signature, block: &Block, macros: &Macros) -> Self {
        let lent = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(_) => Some("self".to_owned()),
            FnArg::Typed(parameter) => {
                let given = parameters::given(&parameter.ty);
                match &*parameter.pat {
                    Pat::Ident(name) if given == Given::Lent => Some(name.ident.to_string()),
                    _ => None,
                }
            }
        });
        let mut names = Self(lent.collect());
        let mut bound = Bound { macros, found: Vec::new() };
        bound.visit_block(block);
        for name in bound.found {
            names.0.remove(&name.to_string());
        }
        names
    }

    fn has(&self, place: &Expr) -> bool {
        place::root(place).is_some_and(|root| self.0.contains(&root.to_string()))
    }
}

/// The names that the patterns of a body give.
struct Bound<'a> {
    macros: &'a Macros,
    found: Vec<Ident>,
}

impl<'ast> Visit<'ast> for Bound<'ast> {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.found.push(pattern.ident.clone());
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let Some(opened) = self.macros.get(mac) else { return };
        if let Opened::Select(select) = opened {
            select.branches.iter().for_each(|branch| self.visit_pat(&branch.pattern));
        }
        opened.exprs().into_iter().for_each(|expr| self.visit_expr(expr));
    }
}

/// The guard of a block, if it is one.
pub(super) fn guard<'a>(branch: &'a ExprIf, names: &Names) -> Option<Guard<'a>> {
    let (assign, noted) = noted_last(branch)?;
    let is_sure = makes_false(&branch.cond, noted);
    let may_be_nothing = asks_none(&branch.cond, noted) && is_taker(&noted.right);
    let is_guard = names.has(&noted.left) && !has_index(&noted.left) && (is_sure || may_be_nothing);
    is_guard.then_some(Guard { assign, value: &noted.right, is_sure })
}

/// `P = value` of `if P.is_none() { ..; P = value }`, which skips nothing if the value is `None`.
pub(super) fn keeps_nothing(branch: &ExprIf) -> Option<&ExprAssign> {
    let (_, noted) = noted_last(branch)?;
    (asks_none(&branch.cond, noted) && !is_some(&noted.right)).then_some(noted)
}

/// The assignment that ends a block without `else`.
fn noted_last(branch: &ExprIf) -> Option<(&Expr, &ExprAssign)> {
    match branch.then_branch.stmts.last() {
        Some(Stmt::Expr(assign @ Expr::Assign(noted), _)) if branch.else_branch.is_none() => {
            Some((assign, noted))
        }
        _ => None,
    }
}

/// Whether `question` is false once `noted` has run.
pub(super) fn makes_false(question: &Expr, noted: &ExprAssign) -> bool {
    let is_noted = |place: &Expr| spelled(place) == spelled(&noted.left);
    match place::bare(question) {
        question if asks_none(question, noted) => is_some(&noted.right),
        Expr::Unary(not) if matches!(not.op, UnOp::Not(_)) => {
            is_noted(&not.expr) && is_bool(&noted.right, true)
        }
        Expr::Binary(test) if matches!(test.op, BinOp::Eq(_)) => {
            is_noted(&test.left) && are_different(&test.right, &noted.right)
        }
        question => is_noted(question) && is_bool(&noted.right, false),
    }
}

/// Whether `question` is `P.is_none()`, and `P` is what is noted.
fn asks_none(question: &Expr, noted: &ExprAssign) -> bool {
    matches!(place::bare(question), Expr::MethodCall(call)
        if call.method == "is_none" && spelled(&call.receiver) == spelled(&noted.left))
}

fn spelled(place: &Expr) -> String {
    let text = place::bare(place).to_token_stream().to_string();
    text.trim_start_matches(['*', ' ']).to_owned()
}

fn has_index(place: &Expr) -> bool {
    match place::bare(place) {
        Expr::Index(_) => true,
        Expr::Field(field) => has_index(&field.base),
        Expr::Unary(unary) => has_index(&unary.expr),
        _ => false,
    }
}

fn is_some(value: &Expr) -> bool {
    matches!(value, Expr::Call(call) if names::function(&call.func) == "Some")
}

/// Whether an expression takes something out or changes nothing, by name or in so many words.
pub(super) fn is_taker(value: &Expr) -> bool {
    match place::bare(value) {
        // Not `pop()?`, which takes what is `None`.
        Expr::MethodCall(call) => names::ALL_OR_NOTHING.has(&call.method),
        value => is_nested(value),
    }
}

/// Whether `Ok(None)` of a taker may be nothing: where the body says so.
pub(super) fn is_nested(value: &Expr) -> bool {
    is_word(place::tried(value), "all_or_nothing")
}

fn is_bool(value: &Expr, wanted: bool) -> bool {
    matches!(value, Expr::Lit(literal) if matches!(&literal.lit, Lit::Bool(it) if it.value == wanted))
}

/// Whether two values are different literals, or variants of different names. Constants of different names
/// may be equal.
fn are_different(one: &Expr, other: &Expr) -> bool {
    match (one, other) {
        (Expr::Lit(one), Expr::Lit(other)) => match (&one.lit, &other.lit) {
            (Lit::Int(one), Lit::Int(other)) => one.base10_digits() != other.base10_digits(),
            (Lit::Bool(one), Lit::Bool(other)) => one.value != other.value,
            (Lit::Char(one), Lit::Char(other)) => one.value() != other.value(),
            (Lit::Str(one), Lit::Str(other)) => one.value() != other.value(),
            _ => false,
        },
        (Expr::Path(a), Expr::Path(b)) => {
            let are_variants = [a, b].iter().all(|it| names::is_variant(&it.path));
            are_variants && names::last(&a.path) != names::last(&b.path)
        }
        _ => false,
    }
}
