//! Tests of the whole pipeline, without a compiler in the loop.

mod diagnostics;
mod properties;
mod snapshots;

use proc_macro2::TokenStream;

/// Expands `#[actor(args)] item`, given as source.
fn expand(args: &str, item: &str) -> TokenStream {
    let args = args.parse().expect("the options are tokens");
    let item = item.parse().expect("the item is tokens");
    super::expand(args, item)
}
