//! Writes a checked `select!` in the place of each plain one.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Block, Expr, Item, Macro, Stmt,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use super::check::{self, CheckedMethod, PlainSelect, PlainSelects};
use crate::select::{Branch, Order, Select};

pub(super) fn item(mut item: Item, selects: PlainSelects, krate: &TokenStream) -> TokenStream {
    Replace { selects, krate }.visit_item_mut(&mut item);
    item.into_token_stream()
}

impl PlainSelects {
    /// Replaces them in the block that they were found in.
    pub(crate) fn replace_in_block(self, block: &mut Block, krate: &TokenStream) {
        Replace { selects: self, krate }.visit_block_mut(block);
    }
}

impl CheckedMethod {
    pub(crate) fn into_tokens(self, krate: &TokenStream) -> TokenStream {
        let Self { mut method, selects } = self;
        selects.replace_in_block(&mut method.block, krate);
        method.into_token_stream()
    }
}

struct Replace<'a> {
    selects: PlainSelects,
    /// The path of the runtime whose `select!` is put in.
    krate: &'a TokenStream,
}

impl Replace<'_> {
    /// The checked macro for a plain one, and nothing for another macro.
    fn checked(&mut self, mac: &Macro) -> Option<Expr> {
        if !check::is_plain_select(&mac.path) {
            return None;
        }
        let tokens = match self.selects.found.pop_front().flatten() {
            Some(PlainSelect { mut select, inner }) => {
                Replace { selects: inner, krate: self.krate }.visit_branches_mut(&mut select);
                branches(&select)
            }
            None => mac.tokens.clone(),
        };
        Some(Expr::Verbatim(invocation(mac, &tokens, self.krate)))
    }

    /// In the order in which they were found.
    fn visit_branches_mut(&mut self, select: &mut Select) {
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

impl VisitMut for Replace<'_> {
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

// Input:
//     select! { .. }
// Output:
//     { #[allow(unused_imports)] use select as _; ::actor_runtime::select! { .. } }
/// The import of a plain name is still used: rustc would tell the user to remove it.
pub(crate) fn invocation(mac: &Macro, tokens: &TokenStream, krate: &TokenStream) -> TokenStream {
    let span = mac.path.span();
    let checked = quote_spanned!(span=> #krate::select! { #tokens });
    match mac.path.get_ident() {
        None => quote!({ #checked }),
        Some(name) => quote!({
            #[allow(unused_imports)]
            use #name as _;
            #checked
        }),
    }
}

/// The tokens between the braces of a `select!`.
fn branches(select: &Select) -> TokenStream {
    let biased = matches!(select.order, Order::Biased).then(|| quote!(biased;));
    let branches = select.branches.iter().map(branch);
    let otherwise = select.otherwise.as_ref().map(|otherwise| quote!(else => #otherwise));
    quote!(#biased #(#branches)* #otherwise)
}

fn branch(branch: &Branch) -> TokenStream {
    let Branch { pattern, ty: _, future, condition, handler } = branch;
    let condition = condition.as_ref().map(|condition| quote!(, if #condition));
    quote!(#pattern = #future #condition => #handler,)
}
