//! The message enum, and its impls.

use proc_macro2::TokenStream;
use quote::quote;

use super::{arms, docs, inline};
use crate::{
    actor::{
        generics,
        model::{Actor, Answer, Carried, Field, Handler},
        std_types,
    },
    names,
};

// Input:  pub fn add(&mut self, amount: u64) -> u64
// Output: pub enum CounterMessage { Add { amount: u64, reply: Reply<u64> } }
pub(super) fn enumeration(actor: &Actor) -> TokenStream {
    let Actor { vis, message, carried, .. } = actor;
    let (generics, where_clause) = (&carried, &carried.where_clause);
    let doc = docs::linked(actor, " A message to {}: one variant per handler.");
    let variants = actor.handlers.iter().map(|handler| variant(actor, handler));
    let allows = [allow_in_docs(actor), allow_private(actor), allow_names(actor)];
    let allow = allows.into_iter().flatten();
    quote! {
        #doc
        #(#allow)*
        #vis enum #message #generics #where_clause {
            #(#variants)*
        }
    }
}

/// The fields of a public enum are public too, and `missing_docs` would require docs for each.
fn allow_in_docs(actor: &Actor) -> Option<TokenStream> {
    match (actor.is_public(), docs::may_link(actor)) {
        (true, true) => Some(quote!(
            #[allow(missing_docs, rustdoc::private_intra_doc_links, reason = "see the handlers")]
        )),
        (true, false) => Some(quote!(#[allow(missing_docs, reason = "see the handlers")])),
        (false, true) => Some(docs::allow_private_links()),
        (false, false) => None,
    }
}

/// Argument types may be as private as the actor, whose visibility the macro does not see.
fn allow_private(actor: &Actor) -> Option<TokenStream> {
    let may_be_private = |field: &Field| {
        let parts = field.carried.users_type().map(std_types::maybe_not_send);
        parts.iter().flatten().any(|part| !generics::is_parameter(part, &actor.generics))
    };
    actor.handlers.iter().flat_map(Handler::fields).any(may_be_private).then(|| {
        quote!(#[allow(private_interfaces, reason = "a type too private for its handler is reported there")])
    })
}

/// Clippy objects to a word that all variants share, but variants are named after the handlers.
fn allow_names(actor: &Actor) -> Option<TokenStream> {
    let variants: Vec<String> =
        actor.handlers.iter().map(|handler| handler.variant.to_string()).collect();
    names::share_a_word(&variants).then(|| {
        quote!(#[allow(clippy::enum_variant_names, reason = "variants are named after the handlers")])
    })
}

fn variant(actor: &Actor, handler: &Handler) -> TokenStream {
    let krate = &actor.krate;
    let Handler { variant, reply, .. } = handler;
    let docs = docs::of_variant(actor, handler);
    let (cfgs, lints) = (&handler.attrs.cfgs, &handler.attrs.lints);
    let fields = handler.fields().map(field);
    let ty = reply_type(krate, &handler.answer);
    quote! {
        #docs
        #(#lints)*
        #(#cfgs)*
        #variant {
            #(#fields)*
            #reply: #ty,
        },
    }
}

fn field(Field { ident, cfgs, carried, .. }: &Field) -> TokenStream {
    let ty = carried_type(carried);
    quote!(#(#cfgs)* #ident: #ty,)
}

pub(super) fn carried_type(carried: &Carried) -> TokenStream {
    match carried {
        Carried::Moved(ty) => quote!(#ty),
        Carried::String => quote!(::std::string::String),
        Carried::PathBuf => quote!(::std::path::PathBuf),
        Carried::OsString => quote!(::std::ffi::OsString),
        Carried::CString => quote!(::std::ffi::CString),
        Carried::Vec(ty) => quote!(::std::vec::Vec<#ty>),
    }
}

/// `Reply<T>`, or `Replies<T>` for a stream.
pub(super) fn reply_type(krate: &syn::Path, answer: &Answer) -> TokenStream {
    match answer {
        Answer::Returned(ty) | Answer::Deferred(ty) => quote!(#krate::Reply<#ty>),
        Answer::Streamed(ty) => quote!(#krate::Replies<#ty>),
    }
}

// Output: CounterMessage::Add { reply: tx, .. } => tx.envelope("add"),
pub(super) fn message_impl(actor: &Actor) -> TokenStream {
    let Actor { krate, message, carried, .. } = actor;
    let (impl_generics, ty_generics, where_clause) = carried.split_for_impl();
    let arms = actor.handlers.iter().map(|handler| envelope(actor, handler));
    // A match on a reference to an enum without variants would not be exhaustive.
    let place = if actor.has_unconditional_variant() { quote!(self) } else { quote!(*self) };
    let name = names::text(&actor.ident);
    let at_rest = inline::ty(actor);
    let has_always = actor.handlers.iter().any(|handler| handler.always.is_some()).then(|| {
        quote!(
            const HAS_ALWAYS: bool = true;
        )
    });
    quote! {
        impl #impl_generics #krate::by_hand::Message for #message #ty_generics #where_clause {
            const ACTOR: &'static str = #name;
            type AtRest = #at_rest;
            #has_always

            fn envelope(&self) -> #krate::by_hand::Envelope<'_> {
                match #place {
                    #(#arms)*
                }
            }
        }
    }
}

fn envelope(actor: &Actor, handler: &Handler) -> TokenStream {
    let message = &actor.message;
    let Handler { variant, reply: field, .. } = handler;
    let reply = arms::reply(handler);
    let cfgs = &handler.attrs.cfgs;
    let name = names::text(&handler.ident);
    let by_reference = (!actor.has_unconditional_variant()).then(|| quote!(ref));
    let rest = handler.has_fields().then(|| quote!(, ..));
    let run_abandoned = handler.is_run_abandoned.then(|| quote!(.run_abandoned()));
    let sync = handler.is_now().then(|| quote!(.sync()));
    let is_deferred = !matches!(handler.answer, Answer::Returned(_));
    let deferred = (handler.is_now() && is_deferred).then(|| quote!(.deferred()));
    let last = handler.is_final().then(|| quote!(.last()));
    let always = handler.always.is_some().then(|| quote!(.always()));
    quote! {
        #(#cfgs)*
        #message::#variant { #field: #by_reference #reply #rest } =>
            #reply.envelope(#name) #run_abandoned #sync #deferred #last #always,
    }
}

// It prints the name of the method only, because arguments need not implement `Debug`.
pub(super) fn debug_impl(actor: &Actor) -> TokenStream {
    let Actor { krate, message, carried, .. } = actor;
    let (impl_generics, ty_generics, where_clause) = carried.split_for_impl();
    quote! {
        impl #impl_generics ::core::fmt::Debug for #message #ty_generics #where_clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#krate::by_hand::Message::envelope(self).method())
            }
        }
    }
}
