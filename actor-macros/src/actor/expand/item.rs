//! The user's impl as it was written, except that markers are removed, and that marked bodies and plain
//! `select!`s become checked ones.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

use crate::{
    actor::{
        model::Item,
        parse::{self, ActorImpl, ItemKind},
    },
    cancel_safe,
};

// Input:  impl Counter { #[on_stop] async fn save(&mut self) { .. } }
// Output: impl Counter { async fn save(&mut self) { .. } }
pub(super) fn item(syntax: &ActorImpl, items: Vec<Item>, krate: &Path) -> TokenStream {
    let ActorImpl { attrs, head, inner_attrs, items: written, .. } = syntax;
    let mut block = quote!(#(#attrs)* #head);
    syntax.brace_token.surround(&mut block, |block| {
        for attr in inner_attrs {
            attr.to_tokens(block);
        }
        // rustc reads nothing after a function that it cannot read.
        let is_unreadable =
            |written: &parse::Item| matches!(written.kind, ItemKind::Unreadable { .. });
        let (last, first): (Vec<_>, Vec<_>) =
            items.into_iter().zip(written).partition(|(_, written)| is_unreadable(written));
        for (item, written) in first.into_iter().chain(last) {
            block.extend(method(item, written, krate));
        }
    });
    block
}

fn method(item: Item, parse::Item { tokens, .. }: &parse::Item, krate: &Path) -> TokenStream {
    match item {
        Item::Unchanged(attrs) => quote!(#(#attrs)* #tokens),
        Item::Owning(attrs) => quote! {
            #[allow(clippy::needless_pass_by_value, reason = "a message owns its arguments")]
            #(#attrs)* #tokens
        },
        Item::Marked(function) => cancel_safe::expand_function(*function, krate),
        Item::Stub(attrs, vis, sig) => quote! {
            #[allow(unused_variables, reason = "the handler has a mistake")]
            #(#attrs)* #vis #sig { ::core::unreachable!() }
        },
        Item::Selecting(attrs, method) => {
            let method = method.into_tokens(&krate.to_token_stream());
            quote!(#(#attrs)* #method)
        }
    }
}
