//! The options of `#[checked_select]`.

use proc_macro2::TokenStream;
use syn::{
    Path, Token,
    parse::{Parse, ParseStream},
};

/// `crate = path`.
pub(super) struct Options {
    pub(super) krate: Option<Path>,
}

pub(super) fn options(args: TokenStream) -> syn::Result<Options> {
    syn::parse2(args)
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self { krate: None });
        }
        if !input.peek(Token![crate]) {
            return Err(input.error("`#[checked_select]` takes no option but `crate`"));
        }
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        Ok(Self { krate: Some(input.call(Path::parse_mod_style)?) })
    }
}
