//! `select!` that accepts only branches which may be dropped.
//!
//! ```text
//! tokens ── parse ──▶ Select ── expand ──▶ tokens
//!             └─────▶ diagnostics
//! ```
//!
//! There is no check step: whether a branch may be dropped is a question about its type, so the
//! expansion asks the compiler, through the traits of `actor_runtime::cancel_safe`.
//!
//! The expansion is its own and not `tokio::select!` with a check around each branch, because
//! clippy's `disallowed-macros` looks through expansions and would report it at every use.

mod expand;
mod lends;
pub(crate) mod method_names;
mod parse;
mod pattern;
mod question;
mod spans;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

pub(crate) use self::{
    expand::{awaited, made_in_a_loop},
    lends::lends,
    parse::{Branch, Order, Select, parse_crate, parse_plain},
    spans::Ends,
};

/// Expands `select!`. The tokens begin with the path of the runtime, `@$crate`.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let (select, diagnostics) = parse::parse(tokens);
    // What was understood is expanded beside the errors, so that editors and the type checker go on.
    expand::after(diagnostics.finish(), expand::select(&select))
}
