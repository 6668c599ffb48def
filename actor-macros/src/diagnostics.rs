//! Collects mistakes, so that all of them are reported at once.
//!
//! This is the only module that builds a [`syn::Error`]. Each mistake has a message with the user's names
//! and a `help` with the fix; the caret is under the tokens at which it is reported.

use std::{fmt::Display, thread};

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The mistakes found so far, in source order.
///
/// Panics when dropped without [`Diagnostics::finish`], because a forgotten mistake would accept wrong
/// input.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Vec<syn::Error>,
    /// The number of mistakes that rustc reports.
    left: usize,
    is_finished: bool,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reports a mistake, with a caret under all of `at`.
    pub(crate) fn report(&mut self, at: impl ToTokens, message: impl Display, help: impl Display) {
        // `new_spanned` rather than `new`: stable rustc underlines only the first token of a joined
        // span.
        let text = format!("{message}\nhelp: {help}");
        self.errors.push(syn::Error::new_spanned(at, text));
    }

    /// Reports a syntax error, where the parser stopped and in its words.
    pub(crate) fn report_syntax(&mut self, error: &syn::Error, help: impl Display) {
        let text = error.to_string();
        let text = text.strip_prefix("unexpected end of input, ").unwrap_or(&text);
        // The parser lists every token that can begin a type.
        let is_list_of_types = text.starts_with("expected one of: `for`, parentheses");
        let text = if is_list_of_types { "expected a type" } else { text };
        self.errors.push(syn::Error::new(error.span(), format!("{text}\nhelp: {help}")));
    }

    /// Counts a mistake that rustc reports, in what the user has written.
    pub(crate) fn leave_to_rustc(&mut self) {
        self.left += 1;
    }

    /// The number of mistakes so far, to find out whether a check has added any.
    pub(crate) fn count(&self) -> usize {
        self.errors.len() + self.left
    }

    /// One `compile_error!` for each mistake.
    pub(crate) fn finish(mut self) -> TokenStream {
        self.is_finished = true;
        self.errors.iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        if !self.is_finished && !thread::panicking() {
            panic!("diagnostics were collected and not finished");
        }
    }
}
