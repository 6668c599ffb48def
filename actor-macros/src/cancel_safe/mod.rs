//! `#[cancel_safe]`: marks an `async fn` that may be dropped at any `.await` and called again.
//!
//! ```text
//! tokens ── parse ──▶ Function, Options ── check ──▶ CheckedFunction ── expand ──▶ tokens
//!                                            └─────▶ diagnostics, all of them
//! ```
//!
//! The check of the body works on names and control flow. Whether an awaited future is cancel safe depends
//! on its type, so the expansion asks the compiler.

pub(crate) mod check;
mod expand;
mod function;
mod model;
pub(crate) mod options;
mod parse;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::Attribute;

use self::{
    check::Arguments,
    options::Options,
    parse::{Body, Function},
};
pub(crate) use self::{expand::function as expand_function, model::CheckedFunction};
use crate::diagnostics::Diagnostics;

/// Expands the attribute.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let options = Options::parse(args, &mut diagnostics);
    options.refuse_answer(&mut diagnostics);
    let checked = match parse::parse(item.clone()) {
        Some(function) => function::check(function, &options, Arguments::Given, &mut diagnostics),
        None => {
            function::no_function(&item, &mut diagnostics);
            None
        }
    };
    let mut tokens = diagnostics.finish();
    tokens.extend(checked.map_or(item, |function| expand_function(function, &options.krate)));
    tokens
}

/// Checks a marked handler of an actor. Returns `None` if its body cannot be parsed.
///
/// The arguments are in a message, so they are not lost with a call.
pub(crate) fn check_handler(
    attrs: Vec<Attribute>,
    tokens: TokenStream,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<CheckedFunction> {
    let function = parse::parse(tokens)?;
    if !matches!(function.body, Body::Block(_)) {
        return None;
    }
    let attrs = attrs.into_iter().chain(function.attrs).collect();
    let function = Function { attrs, ..function };
    function::check(function, options, Arguments::InMessage, diagnostics)
}
