//! The user's impl, as it was written but for our markers, the bodies of marked handlers and plain
//! `select!`s, which become checked ones.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Attribute;

use crate::{
    actor::{
        model::Actor,
        parse::{ActorImpl, Item, ItemKind},
    },
    cancel_safe::options::is_cancel_safe,
    select,
};

// Input:  impl Counter { #[on_stop] async fn save(&mut self) { .. } }
// Output: impl Counter { async fn save(&mut self) { .. } }
pub(super) fn item(syntax: &ActorImpl, actor: Option<&Actor>) -> TokenStream {
    let ActorImpl { attrs, head, inner_attrs, items, .. } = syntax;
    let mut block = quote!(#(#attrs)* #head);
    syntax.brace_token.surround(&mut block, |block| {
        for attr in inner_attrs {
            attr.to_tokens(block);
        }
        for (place, item) in items.iter().enumerate() {
            block.extend(actor.and_then(|actor| method(actor, place, item)).unwrap_or_else(|| {
                let (attrs, tokens) = (without_mark(item), &item.tokens);
                quote!(#(#attrs)* #tokens)
            }));
        }
    });
    block
}

/// A method whose body is not as it was written.
fn method(actor: &Actor, place: usize, item: &Item) -> Option<TokenStream> {
    if let Some(marked) = actor.marked.get(&place) {
        return Some(marked.clone());
    }
    let attrs = without_mark(item);
    // What is marked and no handler is rewritten by its own attribute.
    let is_marked = attrs.iter().any(|attr| is_cancel_safe(attr.path()));
    if is_marked || !matches!(item.kind, ItemKind::Method(_)) {
        return None;
    }
    let tokens = select::check_selects_in_method(&item.tokens, &actor.krate.to_token_stream())?;
    Some(quote!(#(#attrs)* #tokens))
}

/// The attributes of an item, without the mark of a handler.
fn without_mark(item: &Item) -> Vec<&Attribute> {
    let is_mark = |attr: &Attribute| item.is_handler() && is_cancel_safe(attr.path());
    item.attrs.iter().filter(|attr| !is_mark(attr)).collect()
}
