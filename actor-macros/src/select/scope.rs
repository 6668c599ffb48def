//! `#[checked_select]`: the plain `select!`s of a scope become checked ones.
//!
//! Only what the tokens show is found: a `select!` under another name is not, nor one that another
//! macro makes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{
    Block, Expr, ImplItemFn, Item, Macro, Path, Stmt, Token,
    parse::{Parse, ParseStream},
    visit_mut::{self, VisitMut},
};

use super::{
    expand,
    parse::{self, Select},
};
use crate::{diagnostics::Diagnostics, syntax};

/// Rewrites every plain `select!` in the body of a function.
pub(crate) fn check_selects_in_block(block: &mut Block, krate: &TokenStream) {
    Selects { krate }.visit_block_mut(block);
}

/// A method with every plain `select!` in its body rewritten; `None` if there is none, or if it cannot
/// be read.
pub(crate) fn check_selects_in_method(
    method: &TokenStream,
    krate: &TokenStream,
) -> Option<TokenStream> {
    if !syntax::contains_ident(method.clone(), &Ident::new("select", Span::call_site())) {
        return None;
    }
    let mut method: ImplItemFn = syn::parse2(method.clone()).ok()?;
    check_selects_in_block(&mut method.block, krate);
    Some(method.to_token_stream())
}

/// Expands the attribute.
pub(super) fn rewrite(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let krate = match syn::parse2::<Options>(args) {
        Ok(options) => options.krate,
        Err(error) => {
            diagnostics.report_syntax(
                &error,
                "write `#[checked_select]`, or `#[checked_select(crate = path)]`",
            );
            Options::default().krate
        }
    };
    let krate = krate.to_token_stream();
    let rewritten = match syn::parse2::<Item>(item.clone()) {
        Ok(mut item) => {
            refuse_without_bodies(&item, &mut diagnostics);
            Selects { krate: &krate }.visit_item_mut(&mut item);
            item.to_token_stream()
        }
        // The compiler says better than syn what is wrong with an item that is none.
        Err(_) => item,
    };
    let mut tokens = diagnostics.finish();
    tokens.extend(rewritten);
    tokens
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

/// `crate = path`.
struct Options {
    krate: Path,
}

impl Default for Options {
    fn default() -> Self {
        Self { krate: syn::parse_quote!(::actor_runtime) }
    }
}

impl Parse for Options {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self::default());
        }
        if !input.peek(Token![crate]) {
            return Err(input.error("`#[checked_select]` takes no option but `crate`"));
        }
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        Ok(Self { krate: input.call(Path::parse_mod_style)? })
    }
}

/// The path of the runtime whose `select!` is put in.
struct Selects<'a> {
    krate: &'a TokenStream,
}

impl Selects<'_> {
    /// The checked macro for a plain one, and nothing for another macro.
    fn checked(&mut self, mac: &Macro) -> Option<Expr> {
        if !is_plain_select(&mac.path) {
            return None;
        }
        let tokens = match parse::parse_plain(mac.tokens.clone()) {
            Some(mut select) => {
                self.visit_select(&mut select);
                expand::invocation(&select)
            }
            // The checked macro says what is wrong with it.
            None => mac.tokens.clone(),
        };
        Some(Expr::Verbatim(expand::replaced(mac, &tokens, self.krate)))
    }

    fn visit_select(&mut self, select: &mut Select) {
        for branch in &mut select.branches {
            self.visit_expr_mut(&mut branch.future);
            self.visit_expr_mut(&mut branch.handler);
            if let Some(condition) = &mut branch.condition {
                self.visit_expr_mut(condition);
            }
        }
        if let Some(otherwise) = &mut select.otherwise {
            self.visit_expr_mut(otherwise);
        }
    }
}

impl VisitMut for Selects<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Macro(call) = expr
            && let Some(checked) = self.checked(&call.mac)
        {
            *expr = checked;
        }
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        visit_mut::visit_stmt_mut(self, stmt);
        if let Stmt::Macro(call) = stmt
            && let Some(checked) = self.checked(&call.mac)
        {
            *stmt = Stmt::Expr(checked, call.semi_token);
        }
    }
}

/// `select`, `tokio::select` or `::tokio::select`.
fn is_plain_select(path: &Path) -> bool {
    let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["select"] => path.leading_colon.is_none(),
        segments => segments == ["tokio", "select"],
    }
}
