//! Spans for errors that underline a whole expression.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The spans of the first and the last token of an expression.
///
/// Stable Rust cannot join two spans, but rustc joins those of the first and the last token of whatever it
/// parses. A generated expression whose first and last token have these spans is therefore underlined as if
/// it were the user's whole expression.
#[derive(Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) first: Span,
    pub(crate) last: Span,
}

impl Ends {
    pub(crate) fn of(syntax: &impl ToTokens) -> Self {
        let tokens = syntax.to_token_stream();
        let first = first(tokens.clone()).unwrap_or_else(Span::call_site);
        Self { first, last: last(tokens).unwrap_or(first) }
    }
}

fn first(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => first(group.stream()),
        TokenTree::Group(group) => Some(group.span_open()),
        token => Some(token.span()),
    })
}

fn last(tokens: TokenStream) -> Option<Span> {
    let end = |token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => last(group.stream()),
        TokenTree::Group(group) => Some(group.span_close()),
        token => Some(token.span()),
    };
    tokens.into_iter().filter_map(end).last()
}
