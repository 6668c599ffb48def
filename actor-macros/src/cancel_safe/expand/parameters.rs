//! Moves the arguments into the future, all of them: an argument that the body never names is
//! dropped with the future and not before, as in any `async fn`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{FnArg, Pat, PatIdent, ReceiverKind, Signature};

/// Gives each parameter a plain name, and returns the statements that give it back its pattern.
pub(super) fn take_over(signature: &mut Signature) -> TokenStream {
    let mut moved = TokenStream::new();
    for (position, input) in signature.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                if matches!(receiver.kind, ReceiverKind::Value) {
                    let word = &receiver.self_token;
                    // To name it is to capture it.
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
    if let Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) = pattern {
        let name: Pat = syn::parse_quote!(#ident);
        return (name, quote!(let #pattern = #ident;));
    }
    let text = format!("argument_{position}");
    let name = Ident::new(&text, Span::mixed_site()).into_token_stream();
    // The first `let` keeps what `_` would leave behind.
    let statements = quote! {
        let #name = #name;
        let #pattern = #name;
    };
    (syn::parse_quote!(#name), statements)
}
