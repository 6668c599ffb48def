//! Splits the dispatch of an actor with many `async fn` handlers into groups.
//!
//! The time that rustc takes to compile an `async fn` with N awaiting arms grows with the cube of N,
//! because each arm has a drop flag that is kept across the awaits of all others. Beyond [`LARGEST`] of
//! them, the awaiting arms move to separate methods, to which `dispatch` passes the message. Other arms
//! have no such cost, and stay.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::arms::{self, Names};
use crate::actor::{
    generics,
    model::{Actor, Handler},
};

/// The maximum number of awaiting arms in a method. With 16 or 64, rustc takes as long or longer.
const LARGEST: usize = 32;

/// Handlers that share a method.
pub(super) struct Group<'a> {
    method: Ident,
    handlers: Vec<&'a Handler>,
}

/// The groups of `actor`, of about equal size; none if it has few handlers.
///
/// A handler with a `#[cfg]` is in no group, because the alternatives of a pattern cannot have one.
pub(super) fn of(actor: &Actor) -> Vec<Group<'_>> {
    let awaiting: Vec<&Handler> =
        actor.handlers.iter().filter(|handler| may_be_grouped(handler)).collect();
    if awaiting.len() <= LARGEST {
        return Vec::new();
    }
    let count = awaiting.len().div_ceil(LARGEST);
    awaiting
        .chunks(awaiting.len().div_ceil(count))
        .enumerate()
        .map(|(index, handlers)| Group {
            method: format_ident!("__dispatch_{}", index + 1, span = Span::call_site()),
            handlers: handlers.to_vec(),
        })
        .collect()
}

fn may_be_grouped(handler: &Handler) -> bool {
    handler.is_async && !handler.is_final() && handler.attrs.cfgs.is_empty()
}

impl Group<'_> {
    pub(super) fn contains(&self, handler: &Handler) -> bool {
        self.handlers.iter().any(|other| std::ptr::eq(*other, handler))
    }

    // Output: msg @ (CounterMessage::Save { .. } | CounterMessage::Load { .. }) => {
    //             self.__dispatch_1(msg, cx).await
    //         }
    pub(super) fn arm(&self, actor: &Actor, context: &Ident) -> TokenStream {
        let message = &actor.message;
        let variants = self.handlers.iter().map(|handler| &handler.variant);
        let method = &self.method;
        quote! {
            msg @ (#(#message::#variants { .. })|*) => {
                self.#method(msg, #context).await
            }
        }
    }

    // Output: async fn __dispatch_1(&mut self, msg: CounterMessage, _: &Context<Self>) {
    //             match msg {
    //                 CounterMessage::Save { path, reply: tx } => tx.send(self.save(&path).await),
    //                 // …
    //                 _ => {}
    //             }
    //         }
    fn method(&self, actor: &Actor) -> TokenStream {
        let Actor { krate, message, .. } = actor;
        let (_, carried, _) = actor.carried.split_for_impl();
        let is_here = |handler: &Handler| self.contains(handler);
        let names = Names::of(actor, is_here);
        let context = &names.context;
        let allow = arms::allow_deprecated(actor, is_here);
        let arms = self.handlers.iter().map(|handler| arms::calling(actor, handler, &names));
        let method = &self.method;
        quote! {
            #allow
            async fn #method(&mut self, msg: #message #carried, #context: &#krate::Context<Self>) {
                match msg {
                    #(#arms)*
                    _ => {}
                }
            }
        }
    }
}

/// The methods of the groups, in a separate impl.
pub(super) fn methods(actor: &Actor) -> Option<TokenStream> {
    let groups = of(actor);
    if groups.is_empty() {
        return None;
    }
    let ty = &actor.ty;
    let generics = generics::with_static(&actor.generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let methods = groups.iter().map(|group| group.method(actor));
    Some(quote! {
        impl #impl_generics #ty #where_clause {
            #(#methods)*
        }
    })
}
