//! The methods of the handle for handlers that have mistakes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use super::message;
use crate::{
    actor::{
        generics,
        model::{Actor, Answer, Refused},
    },
    syntax,
};

// Input:  pub fn put(&mut self, key: &Key) -> bool   (a mistake: `&Key`)
// Output: pub fn put(&self, key: impl Sized) -> Call<'_, bool, StoreMessage, fn(Reply<bool>) -> StoreMessage> {
//             unreachable!()
//         }
/// A method that only has a type, so that the code which calls it gets no errors besides; `None` if the
/// type is unknown outside of the impl.
pub(super) fn method(actor: &Actor, refused: &Refused) -> Option<TokenStream> {
    let Actor { krate, message, carried, .. } = actor;
    let Refused { ident, vis, cfgs, generics, parameters, answer } = refused;
    let is_known = |ty: &Type| is_known(actor, ty);
    if !is_known(answer.ty()) {
        return None;
    }
    let generics = generics::with_static(generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, ty_generics, _) = carried.split_for_impl();
    let parameters = parameters.iter().map(|(ident, carried)| match carried {
        Some(carried) if !carried.users_type().is_none_or(is_known) => {
            quote!(#ident: impl ::core::marker::Sized)
        }
        Some(carried) if carried.is_lent() => {
            let ty = message::carried_type(carried);
            quote!(#ident: impl ::core::convert::Into<#ty>)
        }
        Some(carried) => {
            let ty = message::carried_type(carried);
            quote!(#ident: #ty)
        }
        None => quote!(#ident: impl ::core::marker::Sized),
    });
    let reply = message::reply_type(krate, answer);
    let call = match answer {
        Answer::Streamed(_) => quote!(StreamCall),
        Answer::Returned(_) | Answer::Deferred(_) => quote!(Call),
    };
    let ty = answer.ty();
    let message = quote!(#message #ty_generics);
    Some(quote! {
        #(#cfgs)*
        #[allow(missing_docs, unused_variables, reason = "the handler has a mistake")]
        #vis fn #ident #impl_generics (&self #(, #parameters)*)
            -> #krate::#call<'_, #ty, #message, fn(#reply) -> #message>
        #where_clause
        {
            ::core::unreachable!()
        }
    })
}

/// Whether `ty` mentions only those parameters of the actor that the handle has.
fn is_known(actor: &Actor, ty: &Type) -> bool {
    let is_carried = |name| {
        let mut carried = actor.carried.params.iter().filter_map(generics::name);
        carried.any(|other| other == name)
    };
    let mut missing = actor.generics.params.iter().filter_map(generics::name);
    !missing.any(|name| !is_carried(name) && syntax::mentions(ty, name))
}
