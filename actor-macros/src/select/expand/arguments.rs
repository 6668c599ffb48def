//! Asks whether a branch is a call whose arguments are lost with it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;

use super::{super::question::ungrouped, through};

/// How many arguments of a call that was made before are asked.
const OF_A_VALUE: usize = 8;

/// How many arguments the call in a branch can have at most.
fn count(future: &Expr) -> usize {
    match ungrouped(future) {
        Expr::MethodCall(call) => call.args.len().max(count(&call.receiver)),
        // They take a time.
        Expr::Call(call) if ["sleep", "sleep_until"].contains(&&*through::function(call)) => 0,
        Expr::Call(call) => {
            let inner = call.args.iter().map(count).max();
            call.args.len().max(inner.unwrap_or(0))
        }
        Expr::Path(_) => OF_A_VALUE,
        _ => 0,
    }
}

/// Methods, functions and locals may give a call.
fn is_asked(future: &Expr) -> Option<usize> {
    let is_call = !matches!(ungrouped(future), Expr::Reference(_));
    let receivers = match ungrouped(future) {
        // A receiver that is a variable is no call.
        Expr::MethodCall(call) if matches!(ungrouped(&call.receiver), Expr::Path(_)) => {
            call.args.len()
        }
        future => count(future),
    };
    (is_call && receivers > 0).then_some(receivers)
}

// Input:
//     sink.push(item)
// Output:
//     let gone_0 = {
//         use __select::carries::traits::*;
//         (&&(&&&(&&look).arguments()).ask_next()).gone()
//     };
pub(super) fn ask(future: &Expr, gone: &Ident, look: &Ident) -> Option<TokenStream> {
    let count = is_asked(future)?;
    let arguments =
        (0..count).fold(quote!((&&#look).arguments()), |asked, _| quote!((&&&#asked).ask_next()));
    Some(quote! {
        let #gone = {
            use __select::carries::traits::*;
            #arguments.gone()
        };
    })
}

/// Refuses a call that drops an argument.
pub(super) fn judged(
    future: &Expr,
    module: &TokenStream,
    gone: &Ident,
    judged: TokenStream,
    last: Span,
) -> TokenStream {
    match is_asked(future) {
        None => judged,
        Some(_) => {
            let text = Ident::new("KeepsItsArguments", last);
            quote_spanned!(last=> #module::#text::pass(#gone, #judged))
        }
    }
}
