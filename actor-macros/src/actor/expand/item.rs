//! The user's impl, as it was written but for our markers, the bodies of marked handlers and plain
//! `select!`s, which become checked ones.

use std::{collections::HashMap, mem};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Path};

use crate::{
    actor::{
        model::{Actor, Rewritten},
        parse::{ActorImpl, Item},
    },
    cancel_safe::{self, options::is_cancel_safe},
};

// Input:  impl Counter { #[on_stop] async fn save(&mut self) { .. } }
// Output: impl Counter { async fn save(&mut self) { .. } }
pub(super) fn item(syntax: &ActorImpl, actor: Option<&mut Actor>) -> TokenStream {
    let ActorImpl { attrs, head, inner_attrs, items, .. } = syntax;
    let (mut bodies, krate) = match actor {
        Some(actor) => (mem::take(&mut actor.rewritten), Some(&actor.krate)),
        None => (HashMap::new(), None),
    };
    let mut block = quote!(#(#attrs)* #head);
    syntax.brace_token.surround(&mut block, |block| {
        for attr in inner_attrs {
            attr.to_tokens(block);
        }
        for (place, item) in items.iter().enumerate() {
            block.extend(match (bodies.remove(&place), krate) {
                (Some(body), Some(krate)) => rewritten(body, krate),
                _ => {
                    let (attrs, tokens) = (without_mark(item), &item.tokens);
                    quote!(#(#attrs)* #tokens)
                }
            });
        }
    });
    block
}

fn rewritten(body: Rewritten, krate: &Path) -> TokenStream {
    match body {
        Rewritten::Handler(function) => cancel_safe::expand_function(*function, krate),
        Rewritten::Selects(attrs, method) => {
            let method = method.into_tokens(&krate.to_token_stream());
            quote!(#(#attrs)* #method)
        }
    }
}

/// The attributes of an item, without the mark of a handler.
fn without_mark(item: &Item) -> Vec<&Attribute> {
    let is_mark = |attr: &Attribute| item.is_handler() && is_cancel_safe(attr.path());
    item.attrs.iter().filter(|attr| !is_mark(attr)).collect()
}
