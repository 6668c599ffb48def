//! Writes a checked `select!` in the place of a plain one.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Macro, spanned::Spanned};

use super::super::parse::{Branch, Select};

/// Names the checked macro instead of the plain one. Branches are left as they are.
pub(in super::super) fn replaced(mac: &Macro, tokens: TokenStream, krate: &TokenStream) -> Macro {
    let span = mac.path.span();
    let path = quote_spanned!(span=> #krate::select);
    let mut mac = mac.clone();
    mac.path = syn::parse2(path).unwrap_or(mac.path);
    mac.tokens = tokens;
    mac
}

/// The tokens between the braces of a `select!`.
pub(in super::super) fn invocation(select: &Select) -> TokenStream {
    let biased = select.is_biased.then(|| quote!(biased;));
    let branches = select.branches.iter().map(branch);
    let otherwise = select.otherwise.as_ref().map(|otherwise| quote!(else => #otherwise));
    quote!(#biased #(#branches)* #otherwise)
}

fn branch(branch: &Branch) -> TokenStream {
    let Branch { pattern, future, condition, handler } = branch;
    let condition = condition.as_ref().map(|condition| quote!(, if #condition));
    let mut tokens = pattern.to_token_stream();
    tokens.extend(quote!(= #future #condition => #handler,));
    tokens
}
