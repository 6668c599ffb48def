//! Finds the plain `select!`s in a piece of syntax, and reads their branches.

use std::{collections::VecDeque, mem};

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{
    Arm, Block, Expr, ExprAsync, ExprClosure, ExprForLoop, ExprIf, ExprLet, ExprLoop, ExprMacro,
    ExprWhile, ImplItemFn, Item, ItemFn, Local, Macro, Pat, Path, Stmt, StmtMacro, Token,
    parse::Parser,
    punctuated::Punctuated,
    visit::{self, Visit},
};

use super::{
    parse::Options,
    scopes::{Asked, Outer, Pinned, Scopes, is_pin, leaves_loop},
};
use crate::{
    diagnostics::Diagnostics,
    select::{self, Select},
    syntax,
};

/// The plain `select!`s in a piece of syntax, in the order in which a visitor meets them.
#[derive(Default)]
pub(crate) struct PlainSelects {
    /// `None` for one that cannot be read. The checked macro reports what is wrong with it.
    pub(super) found: VecDeque<Option<PlainSelect>>,
    /// For each `let` and each `pin! { let .. }` whether its future is asked.
    pub(super) lets: VecDeque<Asked>,
}

pub(super) struct PlainSelect {
    pub(super) select: Select,
    /// Those in its branches.
    pub(super) inner: PlainSelects,
    /// What it is lent that each turn of a loop makes again.
    pub(super) remade: Vec<RemadePlace>,
}

/// A place whose type has to say that it outlives the turn.
pub(super) struct RemadePlace {
    pub(super) place: Expr,
    /// Whether it is a reference to what the turn makes.
    pub(super) is_pinned: bool,
}

/// A method, and the plain `select!`s in its body.
pub(crate) struct CheckedMethod {
    pub(super) method: ImplItemFn,
    pub(super) selects: PlainSelects,
}

/// The path of the runtime.
pub(super) fn krate(options: syn::Result<Options>, diagnostics: &mut Diagnostics) -> Path {
    let options = options.unwrap_or_else(|error| {
        let help = "write `#[checked_select]`, or `#[checked_select(crate = path)]`";
        diagnostics.report_syntax(&error, help);
        Options { krate: None }
    });
    options.krate.unwrap_or_else(|| syn::parse_quote!(::actor_runtime))
}

pub(super) fn item(item: &Item, diagnostics: &mut Diagnostics) -> PlainSelects {
    refuse_without_bodies(item, diagnostics);
    let mut finder = Finder::default();
    finder.visit_item(item);
    finder.selects
}

fn refuse_without_bodies(item: &Item, diagnostics: &mut Diagnostics) {
    let help = "put it on a function, an impl, a trait or a `mod name { .. }`";
    match item {
        Item::Fn(_) | Item::Impl(_) | Item::Trait(_) => {}
        Item::Mod(module) if module.content.is_some() => {}
        Item::Mod(module) => {
            let message = format!(
                "`#[checked_select]` cannot see into `{}`, which is in another file",
                module.ident
            );
            diagnostics.report(&module.ident, message, help);
        }
        item => {
            diagnostics.report(item, "`#[checked_select]` finds no `select!` here", help);
        }
    }
}

impl CheckedMethod {
    /// `None` if there is no plain `select!` in it, or if it cannot be read.
    pub(crate) fn of(method: &TokenStream) -> Option<Self> {
        if !syntax::contains_ident(method.clone(), &Ident::new("select", Span::call_site())) {
            return None;
        }
        let method: ImplItemFn = syn::parse2(method.clone()).ok()?;
        let mut finder = Finder::default();
        finder.visit_impl_item_fn(&method);
        let selects = finder.selects;
        (!selects.found.is_empty()).then_some(Self { method, selects })
    }
}

impl PlainSelects {
    /// Those of a body that is checked as a whole: what its loops make is asked there.
    pub(crate) fn of_block(block: &Block) -> Self {
        let mut finder = Finder { is_only_select: true, ..Finder::default() };
        finder.visit_block(block);
        finder.selects
    }
}

#[derive(Default)]
struct Finder {
    selects: PlainSelects,
    scopes: Scopes,
    /// Whether what a `select!` is lent is no concern.
    is_only_select: bool,
}

impl Finder {
    fn meet(&mut self, mac: &Macro) {
        if is_plain_select(&mac.path) {
            let found = select::parse_plain(mac.tokens.clone()).map(|select| {
                let remade = self.remade(&select, &mac.tokens);
                let outer = mem::take(&mut self.selects);
                self.visit_branches(&select);
                let inner = mem::replace(&mut self.selects, outer);
                PlainSelect { select, inner, remade }
            });
            self.selects.found.push_back(found);
        } else if is_pin(&mac.path) {
            if let Some(pinned) = PinMacro::read(mac) {
                self.pin(&pinned);
            }
        }
    }

    fn pin(&mut self, pinned: &PinMacro) {
        match pinned {
            PinMacro::Names(names) => names.iter().for_each(|name| self.scopes.pin(name)),
            PinMacro::Let(name, _) => {
                let asked = self.add_let();
                self.scopes.add(name.clone(), Some(asked), Pinned::InPlace);
            }
        }
    }

    fn add_let(&mut self) -> Asked {
        let asked = Asked::default();
        self.selects.lets.push_back(asked.clone());
        asked
    }

    fn visit_branches(&mut self, select: &Select) {
        for branch in &select.branches {
            self.visit_expr(&branch.future);
            self.in_scope(Scopes::open, |this| {
                this.scopes.bind(&branch.pattern);
                this.visit_expr(&branch.handler);
            });
            if let Some(condition) = &branch.condition {
                self.visit_expr(condition);
            }
        }
        if let Some(otherwise) = &select.otherwise {
            self.visit_expr(otherwise);
        }
    }

    fn in_scope(&mut self, open: impl FnOnce(&mut Scopes) -> Outer, visit: impl FnOnce(&mut Self)) {
        let outer = open(&mut self.scopes);
        visit(self);
        self.scopes.close(outer);
    }

    /// What a `select!` is lent, and what the next turn makes again. Futures that were pinned are asked
    /// where they are made; everything else by its type.
    fn remade(&self, select: &Select, tokens: &TokenStream) -> Vec<RemadePlace> {
        let mut places = Vec::new();
        for (position, branch) in select.branches.iter().enumerate() {
            for lent in select::lends(&branch.future) {
                let others = select.branches.iter().enumerate().filter(|(it, _)| *it != position);
                let is_ended = others.map(|(_, other)| &other.handler).all(|handler| {
                    let tokens = handler.to_token_stream();
                    leaves_loop(handler) || syntax::contains_ident(tokens, lent.root)
                });
                if is_ended || self.is_only_select {
                    continue;
                }
                let Some(remade) = self.scopes.remade(lent.root, tokens) else { continue };
                match remade.asked {
                    Some(asked) if lent.is_future && remade.pinned != Pinned::Not => {
                        asked.set(true);
                    }
                    _ => places.push(RemadePlace {
                        place: lent.place.clone(),
                        is_pinned: remade.pinned == Pinned::InPlace,
                    }),
                }
            }
        }
        places
    }
}

/// `pin!` as a statement.
pub(super) enum PinMacro {
    /// `pin!(one, two)`.
    Names(Vec<Ident>),
    /// `pin! { let name = future; }`.
    Let(Ident, Box<Local>),
}

impl PinMacro {
    pub(super) fn read(mac: &Macro) -> Option<Self> {
        let names = Punctuated::<Ident, Token![,]>::parse_terminated;
        if let Ok(names) = names.parse2(mac.tokens.clone()) {
            return Some(Self::Names(names.into_iter().collect()));
        }
        let [Stmt::Local(local)] = &*Block::parse_within.parse2(mac.tokens.clone()).ok()? else {
            return None;
        };
        let Pat::Ident(pattern) = &local.pat else { return None };
        Some(Self::Let(pattern.ident.clone(), Box::new(local.clone())))
    }
}

// Only where an expression may be is it a `select!`.
impl<'ast> Visit<'ast> for Finder {
    fn visit_expr_macro(&mut self, expr: &'ast ExprMacro) {
        self.meet(&expr.mac);
        visit::visit_expr_macro(self, expr);
    }

    fn visit_stmt_macro(&mut self, stmt: &'ast StmtMacro) {
        self.meet(&stmt.mac);
        visit::visit_stmt_macro(self, stmt);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let asked = self.add_let();
        visit::visit_local(self, local);
        self.scopes.bind_local(local, asked);
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.scopes.open_block(block);
        self.in_scope(Scopes::open, |this| {
            for (index, statement) in block.stmts.iter().enumerate() {
                this.scopes.at(index);
                this.visit_stmt(statement);
            }
        });
        self.scopes.close_block();
    }

    fn visit_expr_loop(&mut self, expr: &'ast ExprLoop) {
        self.in_scope(Scopes::open_loop, |this| visit::visit_expr_loop(this, expr));
    }

    fn visit_expr_while(&mut self, expr: &'ast ExprWhile) {
        self.in_scope(Scopes::open_loop, |this| visit::visit_expr_while(this, expr));
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast ExprForLoop) {
        self.visit_expr(&expr.expr);
        self.in_scope(Scopes::open_loop, |this| {
            this.scopes.bind(&expr.pat);
            this.visit_block(&expr.body);
        });
    }

    fn visit_expr_if(&mut self, expr: &'ast ExprIf) {
        self.in_scope(Scopes::open, |this| visit::visit_expr_if(this, expr));
    }

    fn visit_expr_let(&mut self, expr: &'ast ExprLet) {
        visit::visit_expr_let(self, expr);
        self.scopes.bind(&expr.pat);
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        self.in_scope(Scopes::open, |this| {
            this.scopes.bind(&arm.pat);
            visit::visit_arm(this, arm);
        });
    }

    fn visit_expr_closure(&mut self, expr: &'ast ExprClosure) {
        self.in_scope(Scopes::open_function, |this| {
            expr.inputs.iter().for_each(|input| this.scopes.bind(input));
            visit::visit_expr_closure(this, expr);
        });
    }

    fn visit_expr_async(&mut self, expr: &'ast ExprAsync) {
        self.in_scope(Scopes::open_function, |this| visit::visit_expr_async(this, expr));
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.in_scope(Scopes::open_function, |this| visit::visit_item_fn(this, item));
    }
}

/// `select`, `tokio::select` or `::tokio::select`.
pub(super) fn is_plain_select(path: &Path) -> bool {
    let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["select"] => path.leading_colon.is_none(),
        segments => segments == ["tokio", "select"],
    }
}
