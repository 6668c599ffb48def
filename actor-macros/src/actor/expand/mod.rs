//! Model to tokens. Cannot fail: nothing is in doubt any more.
//!
//! What is written is read by people, in a debugger and under `cargo expand`. So it is data and
//! one-line calls into the runtime, in the order in which one would explain it. All paths are
//! absolute, and names are fresh by their text.

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
mod sources;
mod spawn;
mod undelivered;

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    model::{Actor, Model},
    parse::ActorImpl,
};
use crate::names;

/// The item as it was, and why it was not read.
pub(super) fn untouched(item: TokenStream, errors: TokenStream) -> TokenStream {
    quote!(#errors #item)
}

/// The user's impl, what is wrong with it, and what it generates.
pub(super) fn actor(syntax: &ActorImpl, model: Model, errors: TokenStream) -> TokenStream {
    let Model { items, actor } = model;
    let krate = actor.as_ref().map_or_else(names::runtime, |actor| actor.krate.clone());
    let item = item::item(syntax, items, &krate);
    let generated = actor.as_ref().map(generated);
    quote!(#errors #item #generated)
}

fn generated(actor: &Actor) -> TokenStream {
    let attrs = &actor.attrs;
    let items = message::items(actor)
        .into_iter()
        .chain(undelivered::enumeration(actor))
        .chain([dispatch::actor_impl(actor)])
        .chain(groups::methods(actor))
        .chain(spawn::spawn_impl(actor))
        .chain(handle::items(actor));
    items.map(|item| quote!(#(#attrs)* #item)).collect()
}
