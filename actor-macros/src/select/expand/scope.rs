//! Writes a checked `select!` in the place of a plain one.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Macro, spanned::Spanned};

use super::super::parse::{Branch, Order, Select};

// Input:
//     select! { .. }
// Output:
//     { #[allow(unused_imports)] use select as _; ::actor_runtime::select! { .. } }
/// Names the checked macro instead of the plain one, over `tokens`.
///
/// The import of a plain name is still used: rustc would tell the user to remove it.
pub(in super::super) fn replaced(
    mac: &Macro,
    tokens: &TokenStream,
    krate: &TokenStream,
) -> TokenStream {
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
pub(in super::super) fn invocation(select: &Select) -> TokenStream {
    let biased = matches!(select.order, Order::Biased).then(|| quote!(biased;));
    let branches = select.branches.iter().map(branch);
    let otherwise = select.otherwise.as_ref().map(|otherwise| quote!(else => #otherwise));
    quote!(#biased #(#branches)* #otherwise)
}

fn branch(branch: &Branch) -> TokenStream {
    let Branch { pattern, ty: _, future, condition, handler } = branch;
    let condition = condition.as_ref().map(|condition| quote!(, if #condition));
    let mut tokens = pattern.to_token_stream();
    tokens.extend(quote!(= #future #condition => #handler,));
    tokens
}
