//! Moves all arguments into the future. As in any `async fn`, an argument that the body does not use is
//! dropped with the future and not before.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{FnArg, Pat, PatIdent, ReceiverKind, Signature};

/// Replaces the patterns of the parameters with names, and returns the statements that bind the patterns.
pub(super) fn take_over(signature: &mut Signature) -> TokenStream {
    let mut moved = TokenStream::new();
    for (position, input) in signature.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                if matches!(receiver.kind, ReceiverKind::Value) {
                    let word = &receiver.self_token;
                    // Captures it.
                    moved.extend(quote!(let _ = &#word;));
                }
            }
            FnArg::Typed(parameter) => {
                let (name, statements) = take_over_pattern(position, &parameter.pat);
                *parameter.pat = name;
                moved.extend(statements);
            }
        }
    }
    moved
}

fn take_over_pattern(position: usize, pattern: &Pat) -> (Pat, TokenStream) {
    let text = format!("argument_{position}");
    let name = Ident::new(&text, Span::mixed_site()).into_token_stream();
    let bound = match pattern {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) if !is_unused(ident) => {
            let name: Pat = syn::parse_quote!(#ident);
            return (name, quote!(let #pattern = #ident;));
        }
        // In a tuple, because clippy objects to a `let` of such a name.
        Pat::Ident(_) => quote!(let (#pattern,) = (#name,);),
        _ => quote!(let #pattern = #name;),
    };
    // The first `let` captures arguments that a pattern `_` would not.
    (syn::parse_quote!(#name), quote!(let #name = #name; #bound))
}

/// Whether clippy objects to a use of `ident`.
fn is_unused(ident: &Ident) -> bool {
    ident.to_string().starts_with('_')
}
