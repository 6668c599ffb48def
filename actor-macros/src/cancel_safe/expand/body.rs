//! Rewrites a checked body: asks the compiler about everything that is awaited, and the borrow
//! checker about what the check was in doubt of.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{
    Block, Expr, ExprMethodCall, Item, Stmt,
    visit_mut::{self, VisitMut},
};

use super::super::check::{Doubt, Spot};
use crate::select;

pub(super) fn ask_about_awaits(
    block: &mut Block,
    looks: &HashMap<Spot, Doubt>,
    krate: &TokenStream,
) {
    Rewrite { looks, krate }.visit_block_mut(block);
}

struct Rewrite<'a> {
    looks: &'a HashMap<Spot, Doubt>,
    krate: &'a TokenStream,
}

impl VisitMut for Rewrite<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if matches!(expr, Expr::Async(_) | Expr::Closure(_)) {
            // Whoever polls these asks about them as a whole.
            return;
        }
        // Before anything in it moves: a spot is an address.
        let doubt = match expr {
            Expr::MethodCall(call) => self.looks.get(&Spot::of(call)).copied(),
            _ => None,
        };
        visit_mut::visit_expr_mut(self, expr);
        match expr {
            Expr::Await(wait) => {
                let asked = select::awaited(&wait.base, self.krate);
                *wait.base = Expr::Verbatim(asked);
            }
            Expr::MethodCall(call) => {
                if let Some(doubt) = doubt {
                    *expr = Expr::Verbatim(only_looks(call, doubt));
                }
            }
            Expr::Macro(call) if is_pin(&call.mac.path) => {
                // What is pinned here is dropped with the call, whoever polls it.
                if let Ok(future) = syn::parse2::<Expr>(call.mac.tokens.clone()) {
                    call.mac.tokens = select::awaited(&future, self.krate);
                }
            }
            _ => {}
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        visit_mut::visit_stmt_mut(self, statement);
    }
}

// Input:
//     self.packet()
// Output:
//     match &*self { its_value_is_held_over_an_await => its_value_is_held_over_an_await.packet() }
/// The call on a shared reference. The name is there to be read: it is all of the compiler's error
/// that can be chosen.
fn only_looks(call: &ExprMethodCall, doubt: Doubt) -> TokenStream {
    let name = match doubt {
        Doubt::Held => "its_value_is_held_over_an_await",
        Doubt::Repeated => "it_runs_again_after_a_drop",
    };
    let name = Ident::new(name, Span::mixed_site().located_at(call.method.span()));
    let receiver = &call.receiver;
    let borrowed = match &**receiver {
        Expr::Field(_) | Expr::Index(_) | Expr::Unary(_) => quote!(&#receiver),
        _ => quote!(&*#receiver),
    };
    let ExprMethodCall { method, turbofish, args, .. } = call;
    quote!(match #borrowed { #name => #name.#method #turbofish (#args) })
}

/// `pin!` of std.
fn is_pin(path: &syn::Path) -> bool {
    let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    matches!(
        segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
        ["pin"] | ["std" | "core", "pin", "pin"]
    )
}
