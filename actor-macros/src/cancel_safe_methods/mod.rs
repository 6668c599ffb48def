//! `cancel_safe_methods!`: methods of types of other crates.
//!
//! ```text
//! quinn::Connection: accept_bi, read_datagram;
//! ```
//!
//! becomes an `impl __CancelSafeMethod<HASH> for quinn::Connection` for each method. The trait, and the
//! question that `select!` asks through it, are in `cancel_safe/declared.rs` of the runtime.

mod expand;

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{
    Generics, Result, Token, Type, WherePredicate,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use crate::{diagnostics::Diagnostics, names, select::parse_crate};

const HELP: &str = "write `path::to::Type: method, method;`";

/// The methods of one type.
struct Declared {
    generics: Generics,
    ty: Type,
    methods: Vec<Ident>,
}

/// The tokens begin with the path of the runtime, `@$crate`.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let mut krate = TokenStream::new();
    let mut declared = Vec::new();
    let parse = |input: ParseStream| {
        input.parse::<Token![@]>()?;
        krate = parse_crate(input)?;
        while !input.is_empty() {
            declared.push(parse_declared(input)?);
        }
        Ok(())
    };
    if let Err(error) = parse.parse2(tokens) {
        diagnostics.report_syntax(&error, HELP);
    } else if declared.is_empty() {
        let message = "`cancel_safe_methods!` declares at least one method";
        diagnostics.report(TokenStream::new(), message, HELP);
    }
    let mut pairs = HashSet::new();
    for Declared { ty, methods, .. } in &mut declared {
        if methods.is_empty() {
            diagnostics.report(&*ty, "no method of this type is declared", HELP);
        }
        methods.retain(|method| {
            let is_new = pairs.insert((ty.to_token_stream().to_string(), names::text(method)));
            if !is_new {
                let message = format!("`{method}` is declared twice");
                diagnostics.report(method, message, "remove one of them");
            }
            is_new
        });
    }
    expand::methods(&declared, &krate, diagnostics.finish())
}

fn parse_declared(input: ParseStream) -> Result<Declared> {
    let mut generics: Generics = input.parse()?;
    let ty = input.parse()?;
    input.parse::<Token![:]>()?;
    let mut methods = Vec::new();
    while !input.is_empty() && !input.peek(Token![;]) && !input.peek(Token![where]) {
        methods.push(input.call(Ident::parse_any)?);
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
        } else {
            break;
        }
    }
    if input.peek(Token![where]) {
        input.parse::<Token![where]>()?;
        let bounds: Punctuated<WherePredicate, Token![,]> =
            Punctuated::parse_separated_nonempty(input)?;
        generics.make_where_clause().predicates = bounds;
    }
    if !input.is_empty() {
        input.parse::<Token![;]>()?;
    }
    Ok(Declared { generics, ty, methods })
}
