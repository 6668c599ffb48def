//! Writes a checked `select!` in the place of each plain one.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Block, Expr, Item, Local, Macro, Stmt,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use super::{
    check::{self, CheckedMethod, PinMacro, PlainSelect, PlainSelects, RemadePlace},
    scopes,
};
use crate::select::{self, Branch, Ends, Order, Select};

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
            Some(PlainSelect { mut select, inner, remade }) => {
                Replace { selects: inner, krate: self.krate }.visit_branches_mut(&mut select);
                let asked = remade.iter().map(|place| outlives_turn(place, self.krate));
                let asked: TokenStream = asked.collect();
                let checked = invocation(mac, &branches(&select), self.krate);
                return Some(Expr::Verbatim(match asked.is_empty() {
                    true => checked,
                    false => quote!({ #asked #checked }),
                }));
            }
            None => mac.tokens.clone(),
        };
        Some(Expr::Verbatim(invocation(mac, &tokens, self.krate)))
    }

    /// Asks the future that a `let` makes, if each turn of a loop makes it again.
    fn ask(&self, made: &mut Expr) {
        let future = match made {
            Expr::Macro(pin) if scopes::is_pin(&pin.mac.path) => {
                if let Ok(future) = syn::parse2(pin.mac.tokens.clone()) {
                    pin.mac.tokens = self.asked(&future);
                }
                return;
            }
            Expr::Call(call) if scopes::is_box_pin(&call.func) => call.args.last_mut(),
            future => Some(future),
        };
        if let Some(future) = future {
            *future = Expr::Verbatim(self.asked(future));
        }
    }

    /// A reference in a pin makes nothing.
    fn asked(&self, future: &Expr) -> TokenStream {
        match future {
            Expr::Reference(_) => future.to_token_stream(),
            future => select::made_in_a_loop(future, self.krate),
        }
    }

    fn is_asked(&mut self) -> bool {
        self.selects.lets.pop_front().is_some_and(|asked| asked.get())
    }

    /// `tokio::pin! { let future = make(); }`
    fn ask_in_macro(&mut self, mac: &mut Macro) {
        if scopes::is_pin(&mac.path) {
            if let Some(PinMacro::Let(_, mut local)) = PinMacro::read(mac) {
                if self.is_asked() {
                    if let Some(init) = &mut local.init {
                        self.ask(&mut init.expr);
                        mac.tokens = local.into_token_stream();
                    }
                }
            }
        }
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
        if let Expr::Macro(call) = expr {
            if let Some(checked) = self.checked(&call.mac) {
                *expr = checked;
            }
        }
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        let is_asked = self.is_asked();
        visit_mut::visit_local_mut(self, local);
        if let Some(init) = &mut local.init {
            if is_asked {
                self.ask(&mut init.expr);
            }
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        self.ask_in_macro(mac);
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        visit_mut::visit_stmt_mut(self, stmt);
        if let Stmt::Macro(call) = stmt {
            if let Some(checked) = self.checked(&call.mac) {
                *stmt = Stmt::Expr(checked, call.semi_token);
            }
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

// Input:
//     rx
// Output:
//     { use remade::OutlivesTurn; OutlivesTurn::__ask((&&&Remade::of(&rx)).kind(), &rx); }
/// Asks whether what a `select!` is lent outlives the turn of the loop that makes it.
fn outlives_turn(remade: &RemadePlace, krate: &TokenStream) -> TokenStream {
    let place = &remade.place;
    let Ends { first, last } = Ends::of(place);
    let module = quote!(#krate::__private::select::remade);
    let (outlives, ask) = (Ident::new("OutlivesTurn", first), Ident::new("__ask", last));
    let pinned = Ident::new("pinned", first);
    let of = match remade.is_pinned {
        true => quote_spanned!(last=> #pinned(&#place)),
        false => quote_spanned!(first=> &#place),
    };
    quote! {{
        #[allow(unused_imports)]
        use #module::{OutlivesTurn as #outlives, pinned as #pinned, traits::*};
        #outlives::#ask((&&&#module::Remade::of(#of)).kind(), #of);
    }}
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
