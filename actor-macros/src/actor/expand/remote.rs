//! The handle for other processes, and how their requests come back to the actor.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{arms, docs, handle, message};
use crate::{
    actor::model::{Actor, Answer, Handler, HandlerAttrs, Remote},
    names,
};

/// What users see: the remote handle and its methods.
pub(super) fn items(actor: &Actor) -> Option<TokenStream> {
    let Remote { krate, handle } = actor.remote.as_ref()?;
    let Actor { vis, .. } = actor;
    let doc = docs::linked(actor, " A handle to a {} in another process.");
    let allow = docs::may_link(actor).then(docs::allow_private_links);
    let allow_links = handlers(actor).any(docs::has_links).then(docs::allow_private_links);
    let methods = handlers(actor).map(|handler| method(actor, krate, handler));
    let constants = handlers(actor).map(|handler| constant(krate, handler));
    Some(quote! {
        #doc
        #allow
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #vis struct #handle(#krate::by_hand::Client);

        #allow_links
        impl #handle {
            #(#methods)*

            #(#constants)*
        }

        impl #krate::RemoteHandle for #handle {
            fn over(client: #krate::by_hand::Client) -> Self {
                Self(client)
            }

            fn client(&self) -> &#krate::by_hand::Client {
                &self.0
            }
        }
    })
}

fn handlers(actor: &Actor) -> impl Iterator<Item = &Handler> {
    actor.handlers.iter().filter(|handler| handler.is_remote())
}

// Input:  pub fn add(&mut self, amount: u64) -> u64
// Output: pub fn add(&self, amount: u64) -> RemoteCall<u64> {
//             (&self.0).call(&Self::ADD, (amount,))
//         }
fn method(actor: &Actor, krate: &syn::Path, handler: &Handler) -> TokenStream {
    let Handler { ident, vis, answer, .. } = handler;
    let HandlerAttrs { cfgs, lints, callers, .. } = &handler.attrs;
    let docs = docs::of_method(actor, handler);
    let parameters = handler.fields().map(handle::parameter);
    let conversions = handler.fields().filter_map(handle::conversion);
    let (constant, arguments) = (constant_name(handler), tuple(handler));
    let (returned, call) = match answer {
        Answer::Streamed(_) => (quote!(RemoteStream), quote!(stream)),
        Answer::Returned(_) | Answer::Deferred(_) => (quote!(RemoteCall), quote!(call)),
    };
    let ty = answer.ty();
    quote! {
        #docs
        #(#lints)*
        #(#cfgs)*
        #(#callers)*
        #vis fn #ident(&self #(, #parameters)*) -> #krate::#returned<#ty> {
            #(#conversions)*
            (&self.0).#call(&Self::#constant, #arguments)
        }
    }
}

// Output: const ADD: Method<(u64,), u64> = Method::of("add", &["amount"]).takes::<u64>().gives::<u64>();
fn constant(krate: &syn::Path, handler: &Handler) -> TokenStream {
    let cfgs = &handler.attrs.cfgs;
    let constant = constant_name(handler);
    let name = names::text(&handler.ident);
    let arguments = handler.fields().map(|field| names::text(&field.ident));
    let types: Vec<_> =
        handler.fields().map(|field| message::carried_type(&field.carried)).collect();
    let answer = handler.answer.ty();
    let idempotent = handler.is_idempotent.then(|| quote!(.idempotent()));
    quote! {
        #(#cfgs)*
        const #constant: #krate::by_hand::Method<(#(#types,)*), #answer> =
            #krate::by_hand::Method::of(#name, &[#(#arguments),*])
                #(.takes::<#types>())*
                .gives::<#answer>()
                #idempotent;
    }
}

fn constant_name(handler: &Handler) -> Ident {
    let span = Span::call_site().located_at(handler.ident.span());
    // A keyword in capitals is none.
    Ident::new(&names::text(&handler.ident).to_uppercase(), span)
}

/// The arguments as a tuple.
fn tuple(handler: &Handler) -> TokenStream {
    let arguments = handler.fields().map(|field| &field.ident);
    quote!((#(#arguments,)*))
}

/// How requests of other processes get to the handlers.
pub(super) fn serve_impl(actor: &Actor) -> Option<TokenStream> {
    let Remote { krate, handle: remote } = actor.remote.as_ref()?;
    let handle = &actor.handle;
    let arms = handlers(actor).map(|handler| arm(remote, handler));
    let allow = arms::allow_deprecated(actor, Handler::is_remote);
    let name = names::text(&actor.ident);
    Some(quote! {
        impl #krate::by_hand::Serve for #handle {
            #allow
            fn pass(&self, incoming: #krate::by_hand::Incoming<'_>) -> #krate::by_hand::Passed {
                match incoming.method() {
                    #(#arms)*
                    _ => incoming.unknown(#name),
                }
            }
        }
    })
}

// Output: "add" => incoming.call(&CounterRemote::ADD, |(amount,)| self.add(amount)),
fn arm(remote: &Ident, handler: &Handler) -> TokenStream {
    let cfgs = &handler.attrs.cfgs;
    let name = names::text(&handler.ident);
    let ident = &handler.ident;
    let (constant, tuple) = (constant_name(handler), tuple(handler));
    let arguments = handler.fields().map(|field| &field.ident);
    let pass = match &handler.answer {
        Answer::Streamed(_) => quote!(stream),
        _ if handler.taken_back_by().is_some() => quote!(call_returning),
        Answer::Returned(_) | Answer::Deferred(_) => quote!(call),
    };
    quote! {
        #(#cfgs)*
        #name => incoming.#pass(&#remote::#constant, |#tuple| self.#ident(#(#arguments),*)),
    }
}
