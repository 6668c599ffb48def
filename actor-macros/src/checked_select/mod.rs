//! `#[checked_select]`: the plain `select!`s of a scope become checked ones.
//!
//! ```text
//! tokens ── parse ──▶ Item, Options ── check ──▶ PlainSelects ── expand ──▶ tokens
//!                                        └─────▶ diagnostics, all of them
//! ```
//!
//! The attribute also sees what a loop makes in each turn and lends to a `select!`, and has it asked.
//!
//! Only what the tokens show is found: a `select!` under another name is not, nor one that another
//! macro makes.

mod check;
mod expand;
mod parse;
mod scopes;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Item;

pub(crate) use self::{
    check::{CheckedMethod, PlainSelects},
    expand::invocation,
};
use crate::diagnostics::Diagnostics;

/// Expands the attribute.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let krate = check::krate(parse::options(args), &mut diagnostics).into_token_stream();
    // An item that syn cannot read is left to the compiler, whose error is better.
    let checked = syn::parse2::<Item>(item.clone()).ok().map(|item| {
        let selects = check::item(&item, &mut diagnostics);
        (item, selects)
    });
    let mut tokens = diagnostics.finish();
    tokens.extend(checked.map_or(item, |(item, selects)| expand::item(item, selects, &krate)));
    tokens
}
