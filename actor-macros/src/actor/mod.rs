//! `#[actor]`, a small compiler.
//!
//! ```text
//! tokens ── parse ──> syntax (spans kept) ── check ──> model (facts only) ── expand ──> tokens
//!                                             │
//!                                             └──> diagnostics (all of them)
//! ```
//!
//! If the input is wrong, the output still contains the user's item and everything that can be generated
//! for the correct handlers, so that code which uses them keeps its types.

mod check;
mod expand;
mod generics;
mod marker;
mod model;
mod parse;
mod std_types;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::{diagnostics::Diagnostics, options};

/// Expands `#[actor(args)] item`.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let syntax = match syn::parse2::<parse::ActorImpl>(item.clone()) {
        Ok(syntax) => syntax,
        Err(error) => {
            check::not_an_impl(&item, &error, &mut diagnostics);
            return expand::untouched(item, diagnostics.finish());
        }
    };
    let model = check::actor(options::parse(args), &syntax, &mut diagnostics);
    expand::actor(&syntax, model, diagnostics.finish())
}
