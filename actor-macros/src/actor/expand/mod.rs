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
mod refused;
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

/// The unchanged item, and the errors for which it could not be read.
pub(super) fn untouched(item: TokenStream, errors: TokenStream) -> TokenStream {
    quote!(#errors #item)
}

/// The user's impl, its errors, and the generated items.
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
