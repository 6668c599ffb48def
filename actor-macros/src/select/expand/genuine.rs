//! Asks whether a method that has the name of a known trait method is that method.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::super::{
    question::{Question, Receiver},
    spans::Ends,
};

/// The runtime's macro for the question, the question, and the extension trait.
fn trait_of(method: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match method {
        "read" | "read_buf" | "read_u8" | "read_i8" => ("__genuine_io", "of_read", "AsyncReadExt"),
        "fill_buf" => ("__genuine_io", "of_buf_read", "AsyncBufReadExt"),
        "write" | "write_buf" | "write_vectored" | "flush" => {
            ("__genuine_io", "of_write", "AsyncWriteExt")
        }
        "next" => ("__genuine_stream", "of_stream", "StreamExt"),
        "try_next" => ("__genuine_stream", "of_try_stream", "TryStreamExt"),
        _ => return None,
    })
}

fn has_argument(method: &str) -> bool {
    matches!(method, "read" | "read_buf" | "write" | "write_buf" | "write_vectored")
}

// Input:
//     self.stream.read(buffer)
// Output:
//     (&mut &mut &mut Compared::new(
//         __genuine_io!(of_read AsyncReadExt read Place::of(&self.stream), any()),
//         self.stream.read(buffer),
//     )).genuine()
/// The future, refused if it is neither that of the trait's method nor cancel safe by its type.
pub(super) fn compared(
    question: &Question<'_>,
    made: &TokenStream,
    ends: Ends,
    krate: &TokenStream,
) -> Option<TokenStream> {
    let Question::Method { receiver, method } = question else { return None };
    let name = method.unraw().to_string();
    let (asks, question, extension) = trait_of(&name)?;
    let word = |word: &str| Ident::new(word, Span::call_site());
    let (asks, question, extension) = (word(asks), word(question), word(extension));
    let genuine = quote!(#krate::cancel_safe::genuine);
    let place = match receiver {
        Receiver::Place(place) => quote!(#genuine::Place::of(&#place)),
        Receiver::Accessor(chain) => quote!(#genuine::Place::given_by(|| #chain)),
    };
    let argument = has_argument(&name).then(|| quote!(, #genuine::any()));
    let method = word(&name);
    let Ends { first, last } = ends;
    let asked = quote!({
        use #genuine::traits::*;
        #genuine::#asks!(#question #extension #method #place #argument)
    });
    let compared = quote_spanned!(first=> (&mut &mut &mut #genuine::Compared::new(#asked, #made)));
    Some(quote_spanned!(last=> #compared.genuine()))
}
