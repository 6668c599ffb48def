//! Which locals are made again in each turn of a loop.

use std::{cell::Cell, rc::Rc};

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{
    Block, Expr, Local, Pat, PatIdent, Stmt,
    visit::{self, Visit},
};

use crate::syntax;

/// Whether a `let` has a future that has to be asked where it is made.
pub(super) type Asked = Rc<Cell<bool>>;

/// The body of a loop, of all loops of an item.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Turn(usize);

/// The locals that are in scope, and the loops and blocks around.
#[derive(Default)]
pub(super) struct Scopes {
    locals: Vec<Bound>,
    blocks: Vec<OpenBlock>,
    /// The innermost loop of the same function, closure or `async` block.
    turn: Option<Turn>,
    turns: usize,
}

/// A local.
struct Bound {
    name: Ident,
    turn: Option<Turn>,
    /// The statement that binds it.
    statement: (usize, usize),
    /// Of a `let` with a name, to ask the future that is pinned where it is made.
    asked: Option<Asked>,
    pinned: Pinned,
}

/// Where a local keeps a future.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pinned {
    /// It is no future that was pinned.
    Not,
    /// `Box::pin(..)`, which is moved with the local.
    InBox,
    /// `pin!(..)`: the local is a reference to it.
    InPlace,
}

struct OpenBlock {
    turn: Option<Turn>,
    statements: Vec<TokenStream>,
    /// The statement that is read.
    at: usize,
}

/// What the scopes say of a local that a `select!` is lent.
pub(super) struct Remade {
    pub(super) asked: Option<Asked>,
    pub(super) pinned: Pinned,
}

/// What is restored when a scope ends.
pub(super) struct Outer {
    locals: usize,
    turn: Option<Turn>,
}

impl Scopes {
    /// Begins a scope for names.
    pub(super) fn open(&mut self) -> Outer {
        Outer { locals: self.locals.len(), turn: self.turn }
    }

    /// Begins the body of a loop.
    pub(super) fn open_loop(&mut self) -> Outer {
        let outer = self.open();
        self.turns += 1;
        self.turn = Some(Turn(self.turns));
        outer
    }

    /// Begins a function, a closure or an `async` block, whose turns are its own.
    pub(super) fn open_function(&mut self) -> Outer {
        let outer = self.open();
        self.turn = None;
        outer
    }

    pub(super) fn close(&mut self, outer: Outer) {
        self.locals.truncate(outer.locals);
        self.turn = outer.turn;
    }

    /// Begins a block, whose statements are announced with [`Scopes::at`].
    pub(super) fn open_block(&mut self, block: &Block) {
        let statements = block.stmts.iter().map(ToTokens::to_token_stream).collect();
        self.blocks.push(OpenBlock { turn: self.turn, statements, at: 0 });
    }

    pub(super) fn at(&mut self, statement: usize) {
        if let Some(block) = self.blocks.last_mut() {
            block.at = statement;
        }
    }

    pub(super) fn close_block(&mut self) {
        self.blocks.pop();
    }

    /// Adds the names of a pattern.
    pub(super) fn bind(&mut self, pattern: &Pat) {
        let mut names = Names(Vec::new());
        names.visit_pat(pattern);
        for name in names.0 {
            self.add(name, None, Pinned::Not);
        }
    }

    /// Adds the names of a `let`.
    pub(super) fn bind_local(&mut self, local: &Local, asked: Asked) {
        match &local.init {
            Some(init) => self.bind_to(&local.pat, &init.expr, Some(asked)),
            None => self.bind(&local.pat),
        }
    }

    fn bind_to(&mut self, pattern: &Pat, value: &Expr, asked: Option<Asked>) {
        match (pattern, value) {
            (Pat::Ident(PatIdent { ident, .. }), _) => {
                self.add(ident.clone(), asked, pinned(value));
            }
            (Pat::Type(typed), _) => self.bind_to(&typed.pat, value, asked),
            (Pat::Tuple(patterns), Expr::Tuple(values)) => {
                for (pattern, value) in patterns.elems.iter().zip(&values.elems) {
                    self.bind_to(pattern, value, None);
                }
            }
            _ => self.bind(pattern),
        }
    }

    /// `tokio::pin!(name)`, which makes another local of it.
    pub(super) fn pin(&mut self, name: &Ident) {
        let Some(local) = self.local(name) else { return };
        let (asked, is_of_turn) = (local.asked.clone(), local.turn == self.turn);
        if is_of_turn {
            self.add(name.clone(), asked, Pinned::InPlace);
        }
    }

    pub(super) fn add(&mut self, name: Ident, asked: Option<Asked>, pinned: Pinned) {
        let (turn, statement) = (self.turn, self.statement());
        self.locals.push(Bound { name, turn, statement, asked, pinned });
    }

    fn statement(&self) -> (usize, usize) {
        (self.blocks.len(), self.blocks.last().map_or(0, |block| block.at))
    }

    fn local(&self, name: &Ident) -> Option<&Bound> {
        self.locals.iter().rev().find(|local| local.name == *name)
    }

    /// What is known of a local if each turn makes it again, and `select` is the last that the turn does
    /// with it.
    pub(super) fn remade(&self, name: &Ident, select: &TokenStream) -> Option<Remade> {
        let local = self.local(name)?;
        let is_of_turn = self.turn.is_some() && local.turn == self.turn;
        (is_of_turn && !self.is_used_later(local, select))
            .then(|| Remade { asked: local.asked.clone(), pinned: local.pinned })
    }

    fn is_used_later(&self, local: &Bound, select: &TokenStream) -> bool {
        let name = &local.name;
        let later = self.blocks.iter().filter(|block| block.turn == self.turn).any(|block| {
            let later = block.statements.iter().skip(block.at + 1);
            later.into_iter().any(|tokens| syntax::contains_ident(tokens.clone(), name))
        });
        // `match select! { .. } { None => future.await, .. }`
        let beside = self.blocks.last().and_then(|block| block.statements.get(block.at));
        let is_beside = local.statement != self.statement()
            && beside.is_some_and(|tokens| count(tokens, name) > count(select, name));
        later || is_beside
    }
}

fn count(tokens: &TokenStream, name: &Ident) -> usize {
    let each = tokens.clone().into_iter().map(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => usize::from(ident == *name),
        proc_macro2::TokenTree::Group(group) => count(&group.stream(), name),
        _ => 0,
    });
    each.sum()
}

struct Names(Vec<Ident>);

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.0.push(pattern.ident.clone());
        visit::visit_pat_ident(self, pattern);
    }
}

/// How an expression pins a future that it makes.
pub(super) fn pinned(expr: &Expr) -> Pinned {
    match expr {
        Expr::Macro(pin) if is_pin(&pin.mac.path) => Pinned::InPlace,
        Expr::Call(call) if is_box_pin(&call.func) => Pinned::InBox,
        _ => Pinned::Not,
    }
}

/// `pin!`, of the standard library, tokio or futures.
pub(super) fn is_pin(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "pin" || last.ident == "pin_mut")
}

pub(super) fn is_box_pin(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    let mut segments = path.path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == "pin")
        && segments.next().is_some_and(|ty| ty.ident == "Box")
}

/// Whether a handler leaves the loop, so that there is no other turn.
pub(super) fn leaves_loop(handler: &Expr) -> bool {
    match handler {
        Expr::Return(_) | Expr::Break(_) => true,
        Expr::Macro(call) => is_panic(&call.mac.path),
        Expr::Block(block) => last_leaves(&block.block),
        Expr::Paren(paren) => leaves_loop(&paren.expr),
        Expr::If(branch) => {
            let otherwise = branch.else_branch.as_ref();
            last_leaves(&branch.then_branch) && otherwise.is_some_and(|(_, it)| leaves_loop(it))
        }
        Expr::Match(matches) => matches.arms.iter().all(|arm| leaves_loop(&arm.body)),
        _ => false,
    }
}

fn last_leaves(block: &Block) -> bool {
    block.stmts.last().is_some_and(|statement| match statement {
        Stmt::Expr(expr, _) => leaves_loop(expr),
        Stmt::Macro(call) => is_panic(&call.mac.path),
        _ => false,
    })
}

fn is_panic(path: &syn::Path) -> bool {
    let names = ["bail", "panic", "todo", "unimplemented", "unreachable"];
    path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}
