//! Parses the function under `#[cancel_safe]`.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Block, Result, Signature, Token, Visibility, braced,
    parse::{Parse, ParseStream, Parser},
    token::Brace,
};

pub(super) struct Function {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) signature: Signature,
    pub(super) body: Body,
}

pub(super) enum Body {
    /// A declaration in a trait.
    None,
    Block(Block),
    /// Half-written, or newer than syn. rustc has the better message.
    Unreadable,
}

/// Returns `None` if the tokens are not a function.
pub(super) fn parse(item: TokenStream) -> Option<Function> {
    syn::parse2(item).ok()
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let signature = input.parse()?;
        if input.parse::<Option<Token![;]>>()?.is_some() {
            return Ok(Self { attrs, vis, signature, body: Body::None });
        }
        let body = match input.fork().call(block) {
            Ok((inner, block)) => {
                attrs.extend(inner);
                Body::Block(block)
            }
            Err(_) => Body::Unreadable,
        };
        input.parse::<TokenTree>()?;
        Ok(Self { attrs, vis, signature, body })
    }
}

/// A body, and its inner attributes.
fn block(input: ParseStream<'_>) -> Result<(Vec<Attribute>, Block)> {
    let content;
    let brace_token: Brace = braced!(content in input);
    let inner = content.call(Attribute::parse_inner)?;
    let stmts = content.call(Block::parse_within)?;
    Ok((inner, Block { brace_token, stmts }))
}

/// Whether the tokens start like a function; only chooses an error message.
pub(super) fn is_function(item: TokenStream) -> bool {
    let head = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Signature>()?;
        input.parse::<TokenStream>()
    };
    head.parse2(item).is_ok()
}
