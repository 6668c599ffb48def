//! From syntax to [`Step`]s: resolves names, and forgets what the rules do not ask about.
//!
//! It judges nothing. Every caret is numbered on the way, in source order, so that mistakes can be
//! told in that order however often a loop is run over.

mod call;
mod capture;
mod control;
mod expr;
mod macros;
mod parameters;
mod pattern;
mod place;

use quote::ToTokens;
use syn::{Block, Signature, Stmt};

use self::pattern::Name;
use super::{
    place::{Caret, LocalId, Place, Root},
    step::{Local, Origin, Step},
};

/// Syntax nested deeper than this is not followed. It keeps generated code from overflowing the
/// compiler's stack.
const DEEPEST: usize = 128;

/// A body, ready to be run over.
pub(super) struct Body {
    pub(super) locals: Vec<Local>,
    pub(super) step: Step,
    /// `self` by value, if the body waits.
    pub(super) lost_self: Option<Caret>,
}

/// Lowers an `async fn`.
pub(super) fn body(signature: &Signature, block: &Block) -> Body {
    let mut lower = Lower::default();
    let owned_self = lower.parameters(signature);
    let step = lower.block(block);
    let waits = expr::awaits_in(block.to_token_stream());
    Body { locals: lower.locals, step, lost_self: owned_self.filter(|_| waits) }
}

/// What a name stands for.
#[derive(Clone, Debug)]
enum Meaning {
    Local(LocalId),
    /// A reference to a place.
    View(View),
}

#[derive(Clone, Debug)]
struct View {
    root: Root,
    is_mutable: bool,
    /// The reference itself, if it was declared `mut`: which part of the place it refers to is known
    /// to this call only.
    cursor: Option<LocalId>,
}

#[derive(Default)]
struct Lower {
    names: Vec<(String, Meaning)>,
    locals: Vec<Local>,
    carets: usize,
    depth: usize,
    /// Whether the syntax at hand was made here, out of a macro's tokens, and is not in the tree
    /// that is rewritten later.
    in_macro: bool,
}

impl Lower {
    fn caret(&mut self, tokens: &impl ToTokens) -> Caret {
        self.carets += 1;
        Caret { tokens: tokens.to_token_stream(), order: self.carets }
    }

    fn new_local(&mut self, name: Name, origin: Origin) -> LocalId {
        let id = self.locals.len();
        let Name { text, is_mutable, .. } = name;
        self.names.push((text.clone(), Meaning::Local(id)));
        self.locals.push(Local { name: text, is_mutable, origin });
        id
    }

    fn new_view(&mut self, name: Name, view: View) {
        let text = name.text.clone();
        let cursor = name.is_mutable.then(|| self.new_local(name, Origin::Cursor));
        self.names.push((text, Meaning::View(View { cursor, ..view })));
    }

    fn new_self(&mut self, view: View) {
        self.names.push(("self".to_owned(), Meaning::View(view)));
    }

    fn meaning(&self, name: &str) -> Option<&Meaning> {
        let found = self.names.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, meaning)| meaning)
    }

    /// Runs `inside` and forgets the names that it made.
    fn scope<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.names.len();
        let result = inside(self);
        self.names.truncate(outer);
        result
    }

    fn block(&mut self, block: &Block) -> Step {
        self.scope(|lower| {
            let steps = block.stmts.iter().map(|statement| lower.statement(statement));
            Step::Block(steps.collect())
        })
    }

    fn statement(&mut self, statement: &Stmt) -> Step {
        match statement {
            Stmt::Local(local) => self.local(local),
            Stmt::Expr(expr, semicolon) => self.tail(expr, semicolon.is_some()),
            Stmt::Macro(statement) => {
                let step = self.macro_call(&statement.mac);
                if statement.semi_token.is_some() { Step::Discard(Box::new(step)) } else { step }
            }
            Stmt::Item(_) => Step::Idle,
        }
    }

    fn tail(&mut self, expr: &syn::Expr, is_discarded: bool) -> Step {
        let step = self.expr(expr);
        if is_discarded { Step::Discard(Box::new(step)) } else { step }
    }

    /// Reads the place that `expr` names.
    fn read(&mut self, (root, lends): (Root, bool), expr: &syn::Expr) -> Step {
        let read = match root {
            Root::Local(_) | Root::Outside(_) => {
                Step::Read(Place { root, caret: self.caret(expr), lends, is_future: false })
            }
            Root::Static => return Step::Idle,
        };
        match self.cursor_of(expr) {
            Some(cursor) => {
                let place = Place {
                    root: Root::Local(cursor),
                    caret: self.caret(expr),
                    lends: false,
                    is_future: false,
                };
                Step::All(vec![Step::Read(place), read])
            }
            None => read,
        }
    }
}
