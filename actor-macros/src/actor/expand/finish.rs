//! The messages that end the actor.

use proc_macro2::TokenStream;
use quote::quote;

use super::dispatch;
use crate::actor::model::{Actor, Handler};

// Output: async fn finish(self, message: CounterMessage, _context: &Context<Self>) {
//             if let CounterMessage::Finish { reply } = message {
//                 reply.send(Self::finish(self))
//             }
//         }
pub(super) fn finish(actor: &Actor) -> Option<TokenStream> {
    let Actor { krate, message, .. } = actor;
    let finals: Vec<&Handler> = actor.handlers_that_end().collect();
    if finals.is_empty() {
        return None;
    }
    let (_, carried, _) = actor.carried.split_for_impl();
    let context = dispatch::context(actor, Handler::is_final);
    let arms = finals.iter().map(|handler| dispatch::calling_arms(actor, handler, &context));
    let others = others(actor);
    let allow = dispatch::allow_deprecated(actor, Handler::is_final);
    Some(quote! {
        #allow
        async fn finish(self, message: #message #carried, #context: &#krate::Context<Self>) {
            match message {
                #(#arms)*
                #others
            }
        }
    })
}

/// The arms of the messages that do not end the actor, which the loop gives to `dispatch`.
fn others(actor: &Actor) -> TokenStream {
    let message = &actor.message;
    let others: Vec<&Handler> =
        actor.handlers.iter().filter(|handler| !handler.is_final()).collect();
    if others.iter().any(|handler| handler.attrs.cfgs.is_empty()) {
        return quote!(_ => {});
    }
    // There may be no other message under some configuration, and then `_` would be unreachable.
    let arms = others.iter().map(|handler| {
        let (cfgs, variant) = (&handler.attrs.cfgs, &handler.variant);
        quote!(#(#cfgs)* #message::#variant { .. } => {})
    });
    quote!(#(#arms)*)
}
