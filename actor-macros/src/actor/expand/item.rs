//! The user's impl, as it was written but for our markers.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::actor::parse::ActorImpl;

// Input:  impl Counter { #[on_stop] async fn save(&mut self) { .. } }
// Output: impl Counter { async fn save(&mut self) { .. } }
pub(super) fn item(syntax: &ActorImpl) -> TokenStream {
    let ActorImpl { attrs, head, inner_attrs, items, .. } = syntax;
    let mut block = quote!(#(#attrs)* #head);
    syntax.brace_token.surround(&mut block, |block| {
        for attr in inner_attrs {
            attr.to_tokens(block);
        }
        for item in items {
            let attrs = &item.attrs;
            let tokens = &item.tokens;
            block.extend(quote!(#(#attrs)* #tokens));
        }
    });
    block
}
