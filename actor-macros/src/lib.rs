//! The macros of `actor-runtime`, which re-exports them.

mod actor;
mod diagnostics;
mod generics;
mod known;
mod lower;
mod names;
mod syntax;

use proc_macro::TokenStream;

/// Turns an impl block into an actor.
#[proc_macro_attribute]
pub fn actor(args: TokenStream, item: TokenStream) -> TokenStream {
    actor::expand(args.into(), item.into()).into()
}
