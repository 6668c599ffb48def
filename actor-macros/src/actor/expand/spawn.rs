//! The proof that the loop may go to another thread.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    actor::model::{Actor, Threads},
    generics,
};

pub(super) fn spawn_impl(actor: &Actor) -> Option<TokenStream> {
    if actor.threads == Threads::One {
        return None;
    }
    let Actor { krate, ty, .. } = actor;
    let generics = generics::with_send(&actor.generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    Some(quote! {
        impl #impl_generics #krate::Spawn for #ty #where_clause {
            fn run(
                self,
                mailbox: #krate::Mailbox<Self>,
            ) -> impl ::core::future::Future<Output = #krate::Exit<Self>> + ::core::marker::Send {
                mailbox.run(self)
            }
        }
    })
}
