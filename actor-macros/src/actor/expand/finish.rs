//! The dispatch of messages that end the actor.

use proc_macro2::TokenStream;
use quote::quote;

use super::arms::{self, Names};
use crate::actor::model::{Actor, Handler};

// Output: async fn finish(self, msg: CounterMessage, _: &Context<Self>) {
//             match msg {
//                 CounterMessage::Finish { reply: tx } => tx.send(Self::finish(self)),
//             }
//         }
pub(super) fn finish(actor: &Actor) -> Option<TokenStream> {
    let Actor { krate, message, .. } = actor;
    let finals: Vec<&Handler> = actor.handlers_that_end().collect();
    if finals.is_empty() {
        return None;
    }
    let (_, carried, _) = actor.carried.split_for_impl();
    let names = Names::of(actor, Handler::is_final);
    let context = &names.context;
    let arms = finals.iter().map(|handler| arms::calling(actor, handler, &names));
    let others = arms::others(actor, Handler::is_final, &quote!({}));
    let allow = arms::allow_deprecated(actor, Handler::is_final);
    Some(quote! {
        #allow
        async fn finish(self, msg: #message #carried, #context: &#krate::Context<Self>) {
            match msg {
                #(#arms)*
                #others
            }
        }
    })
}
