//! Parses the options of an attribute: `key`, or `key = value`.

use proc_macro2::{Ident, TokenStream};
use syn::{
    Expr, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
};

/// The options, as far as they could be read.
pub(crate) struct Options {
    pub(crate) options: Vec<AttributeOption>,
    pub(crate) error: Option<syn::Error>,
}

/// `key`, `key = value`, or `key =` while it is being typed.
pub(crate) struct AttributeOption {
    pub(crate) key: Ident,
    pub(crate) value: Option<Expr>,
}

/// Reads the options up to the first syntax error.
pub(crate) fn parse(args: TokenStream) -> Options {
    let mut options = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            options.push(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    let error = parser.parse2(args).err();
    Options { options, error }
}

impl Parse for AttributeOption {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any);
        let key = key.map_err(|_| input.error("expected the name of an option"))?;
        let is_at_end = || input.is_empty() || input.peek(Token![,]);
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) if is_at_end() => None,
            Some(_) => Some(input.parse()?),
            None if is_at_end() => None,
            None => {
                return Err(input.error(format!("expected `=` or `,` after `{key}`")));
            }
        };
        Ok(Self { key, value })
    }
}
