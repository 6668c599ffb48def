//! Model to tokens. Cannot fail, because the model is valid.
//!
//! People read the generated code in debuggers and under `cargo expand`. It consists of data and one-line
//! calls into the runtime. All paths are absolute, and generated names are unique by their text.

mod arms;
mod dispatch;
mod docs;
mod finish;
mod groups;
mod handle;
mod hooks;
mod inline;
mod item;
mod message;
mod one_block;
mod refused;
mod remote;
mod sources;
mod spawn;
mod undelivered;

use std::iter;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::quote;

use super::{
    model::{Actor, Model},
    parse::ActorImpl,
};
use crate::names;

/// The unchanged item, and the errors for which it could not be read.
pub(super) fn untouched(item: TokenStream, errors: TokenStream) -> TokenStream {
    quote!(#errors #item)
}

/// The user's impl, its errors, and the generated items.
pub(super) fn actor(syntax: &ActorImpl, model: Model, errors: TokenStream) -> TokenStream {
    if syntax.is_never_allowed() {
        // It was reported: rustc need not do so again.
        return errors;
    }
    let Model { items, actor } = model;
    let krate = actor.as_ref().map_or_else(names::runtime, |actor| actor.krate.clone());
    let item = item::item(syntax, items, &krate);
    let generated = actor.as_ref().map(generated);
    quote!(#errors #item #generated)
}

fn generated(actor: &Actor) -> TokenStream {
    let attrs = &actor.attrs;
    // In the order in which a person reads: what users see, what runs, and then the plumbing.
    let items = iter::once(message::enumeration(actor))
        .chain(handle::items(actor))
        .chain(remote::items(actor))
        .chain([dispatch::actor_impl(actor)])
        .chain(groups::methods(actor))
        .chain(handle::impls(actor))
        .chain(remote::serve_impl(actor))
        .chain([message::debug_impl(actor), loop_and_message(actor)])
        .chain(undelivered::enumeration(actor));
    let items = items.map(|item| quote!(#(#attrs)* #item)).collect();
    one_block::within(actor, items)
}

/// Gives `item`, an impl of a trait for the actor, the place of the actor's name. There rustc reports that the type
/// is an actor elsewhere, too.
fn at_name(actor: &Actor, item: TokenStream) -> TokenStream {
    let span = Span::call_site().located_at(actor.ident.span());
    let located = item.into_iter().map(|mut token| {
        let is_edge = match &token {
            TokenTree::Ident(ident) => ident == "impl",
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        if is_edge {
            token.set_span(span);
        }
        token
    });
    located.collect()
}

/// The traits that the loop and its callers meet in.
fn loop_and_message(actor: &Actor) -> TokenStream {
    let attrs = &actor.attrs;
    let (spawn, message) = (spawn::spawn_impl(actor), message::message_impl(actor));
    let spawn = spawn.map(|spawn| quote!(#spawn #(#attrs)*));
    inline::with_type(actor, quote!(#spawn #message))
}
