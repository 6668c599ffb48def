//! Finds the plain `select!`s in a piece of syntax, and reads their branches.

use std::collections::VecDeque;

use proc_macro2::{Ident, Span, TokenStream};
use syn::{
    Block, ExprMacro, ImplItemFn, Item, Macro, Path, StmtMacro,
    visit::{self, Visit},
};

use super::parse::Options;
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
}

pub(super) struct PlainSelect {
    pub(super) select: Select,
    /// Those in its branches.
    pub(super) inner: PlainSelects,
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
    let mut selects = PlainSelects::default();
    selects.visit_item(item);
    selects
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
        let selects = PlainSelects::of_block(&method.block);
        (!selects.found.is_empty()).then_some(Self { method, selects })
    }
}

impl PlainSelects {
    pub(crate) fn of_block(block: &Block) -> Self {
        let mut selects = Self::default();
        selects.visit_block(block);
        selects
    }

    fn visit_branches(&mut self, select: &Select) {
        for branch in &select.branches {
            self.visit_expr(&branch.future);
            self.visit_expr(&branch.handler);
            if let Some(condition) = &branch.condition {
                self.visit_expr(condition);
            }
        }
        if let Some(otherwise) = &select.otherwise {
            self.visit_expr(otherwise);
        }
    }

    fn meet(&mut self, mac: &Macro) {
        if is_plain_select(&mac.path) {
            self.found.push_back(select::parse_plain(mac.tokens.clone()).map(|select| {
                let mut inner = Self::default();
                inner.visit_branches(&select);
                PlainSelect { select, inner }
            }));
        }
    }
}

// Only where an expression may be is it a `select!`.
impl<'ast> Visit<'ast> for PlainSelects {
    fn visit_expr_macro(&mut self, expr: &'ast ExprMacro) {
        self.meet(&expr.mac);
        visit::visit_expr_macro(self, expr);
    }

    fn visit_stmt_macro(&mut self, stmt: &'ast StmtMacro) {
        self.meet(&stmt.mac);
        visit::visit_stmt_macro(self, stmt);
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
