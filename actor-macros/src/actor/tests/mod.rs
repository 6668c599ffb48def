//! Tests of the whole pipeline, without a compiler in the loop.

mod diagnostics;
mod properties;
mod snapshots;

use proc_macro2::{TokenStream, TokenTree};

/// Expands `#[actor(args)] item`, given as source.
fn expand(args: &str, item: &str) -> TokenStream {
    let args = args.parse().expect("the options are tokens");
    let item = item.parse().expect("the item is tokens");
    super::expand(args, item)
}

/// The generated items, which come last: `CounterHandle_has_one_actor_block! { __block_7 { .. } { .. } }`.
fn passed_on(expansion: TokenStream) -> Option<TokenStream> {
    let group = |token: Option<TokenTree>| match token {
        Some(TokenTree::Group(group)) => Some(group.stream()),
        _ => None,
    };
    let passed = group(expansion.into_iter().last())?;
    group(passed.into_iter().last())
}
