//! The handle, with a method for each handler that returns a call.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ConstParam, GenericParam, LifetimeParam, TypeParam};

use super::{arms, docs, hooks, inline, message, refused};
use crate::{
    actor::model::{Actor, Answer, Field, Handler, HandlerAttrs},
    names,
};

/// What users see: the handle and its methods.
pub(super) fn items(actor: &Actor) -> [TokenStream; 2] {
    [structure(actor), methods(actor)]
}

/// The traits of a handle.
pub(super) fn impls(actor: &Actor) -> [TokenStream; 4] {
    [actor_handle_impl(actor), clone_impl(actor), debug_impl(actor), identity_impls(actor)]
}

fn structure(actor: &Actor) -> TokenStream {
    let Actor { krate, vis, message, handle, carried, .. } = actor;
    let (_, ty_generics, where_clause) = carried.split_for_impl();
    let doc = docs::linked(actor, " A handle to a running {}.");
    let allow = docs::may_link(actor).then(docs::allow_private_links);
    let must_use = (!actor.is_kept_alive)
        .then(|| quote!(#[must_use = "an actor ends when its last handle is dropped"]));
    quote! {
        #doc
        #allow
        #must_use
        #vis struct #handle #carried (#krate::by_hand::Handle<#message #ty_generics>) #where_clause;
    }
}

fn methods(actor: &Actor) -> TokenStream {
    let Actor { handle, carried, .. } = actor;
    let (impl_generics, ty_generics, where_clause) = carried.split_for_impl();
    let methods = actor.handlers.iter().map(|handler| method(actor, handler));
    let refused = actor.refused.iter().filter_map(|handler| refused::method(actor, handler));
    let allow = actor.handlers.iter().any(docs::has_links).then(docs::allow_private_links);
    quote! {
        #allow
        impl #impl_generics #handle #ty_generics #where_clause {
            #(#methods)*
            #(#refused)*
        }
    }
}

// Input:  pub async fn load(&mut self, number: u64) -> Page
// Output: pub fn load(&self, number: u64) -> Call<'_, …> {
//             (&self.0).call(move |tx| StoreMessage::Load { number, reply: tx })
//         }
//
// A `fn` that may run on the caller's thread gets its arguments, and not the message:
//
// Output: let make = |amount, tx| CounterMessage::Add { amount, reply: tx };
//         (&self.0)
//             .call_with(amount, make)
//             .inline("add", |this: &mut Counter, amount, _| this.add(amount))
//
// The request of a handler that borrows arguments has a type with a name, so that the call does not borrow
// what it was made of:
//
// Output: let path = path.into();
//         let make = |path, tx| StoreMessage::Save { path, reply: tx };
//         (&self.0).lent_call(path, make)
//
// It is not `self.0.call(..)`, because a trait in scope may have a blanket method `call`, which takes the
// handle by value and would come first.
fn method(actor: &Actor, handler: &Handler) -> TokenStream {
    let Handler { ident, variant, vis, reply: field, .. } = handler;
    let reply = arms::reply(handler);
    let message = &actor.message;
    let docs = docs::of_method(actor, handler);
    let HandlerAttrs { cfgs, lints, callers, .. } = &handler.attrs;
    let parameters = handler.fields().map(parameter);
    let conversions = handler.fields().filter_map(conversion);
    let (is_lent, is_inline) = (is_lent(handler), inline::is_known(actor, handler));
    // Whether the request gets all arguments, and makes the message of them.
    let is_whole = is_lent || is_inline;
    let send = sender(handler, is_lent, is_inline);
    let fields = arms::fields(handler);
    let made = quote!(#message::#variant { #fields #field: #reply });
    let (make, request) = if is_whole {
        let owned = arms::owned(handler);
        let closure = quote!(|#owned, #reply| #made);
        let make = arms::fresh("make", handler);
        // In a statement of its own it is not spread over as many lines.
        let is_long = handler.has_fields();
        let statement = is_long.then(|| quote!(let #make = #closure;));
        (statement, if is_long { quote!(#owned, #make) } else { quote!(#owned, #closure) })
    } else {
        let capture = handler.has_fields().then(|| quote!(move));
        (None, quote!(#capture |#reply| #made))
    };
    let missing: Vec<_> = handler.fields().filter(|_| is_whole).filter_map(missing).collect();
    let allow_unused = (!missing.is_empty())
        .then(|| quote!(#[allow(unused_variables, reason = "arguments may be missing")]));
    // Debug builds report where a call was made that was dropped before its result was read.
    let track_caller = (!matches!(handler.answer, Answer::Streamed(_))
        && handler.cancel_safe.is_none())
    .then(|| quote!(#[cfg_attr(debug_assertions, track_caller)]));
    let inline = inline::inline(actor, handler);
    let is_this = |other: &Handler| std::ptr::eq(other, handler);
    let allow = inline.as_ref().and_then(|_| arms::allow_deprecated(actor, is_this));
    let returned = returned(actor, handler);
    quote! {
        #docs
        #(#lints)*
        #(#cfgs)*
        #(#callers)*
        #allow
        #allow_unused
        #track_caller
        #vis fn #ident(&self #(, #parameters)*) -> #returned {
            #(#missing)*
            #(#conversions)*
            #make
            (&self.0).#send(#request) #inline
        }
    }
}

/// The method of the runtime that makes the call.
fn sender(handler: &Handler, is_lent: bool, is_inline: bool) -> TokenStream {
    match &handler.answer {
        Answer::Streamed(_) if is_lent => quote!(lent_stream),
        Answer::Streamed(_) => quote!(stream),
        _ if handler.cancel_safe.is_some() && is_lent => quote!(marked_lent_call),
        _ if handler.cancel_safe.is_some() && is_inline => quote!(marked_call_with),
        _ if handler.cancel_safe.is_some() => quote!(marked_call),
        _ if is_lent => quote!(lent_call),
        _ if is_inline => quote!(call_with),
        Answer::Returned(_) | Answer::Deferred(_) => quote!(call),
    }
}

// Input:  pub fn add(&mut self, #[cfg(unix)] amount: u64)
// Output: #[cfg(not(all(unix)))]
//         let amount = ();
/// What takes the place of an argument under a condition that does not hold.
fn missing(Field { ident, cfgs, .. }: &Field) -> Option<TokenStream> {
    let conditions: Vec<_> = cfgs.iter().filter_map(hooks::condition).collect();
    (!cfgs.is_empty()).then(|| quote!(#[cfg(not(all(#(#conditions),*)))] let #ident = ();))
}

/// Whether the type of the request has a name.
pub(super) fn is_lent(handler: &Handler) -> bool {
    handler.fields().any(|field| field.carried.is_lent())
}

// Output: String
// Output: <fn(#[cfg(unix)] String, #[cfg(not(all(unix)))] ()) as ::actor_runtime::__private::OneOf>::Type
//
/// The type of what a request owns for a field. The elements of a tuple cannot have conditions, but those of a function
/// can.
fn owned_type(actor: &Actor, Field { cfgs, carried, .. }: &Field) -> TokenStream {
    let ty = message::carried_type(carried);
    if cfgs.is_empty() {
        return ty;
    }
    let krate = &actor.krate;
    let conditions = cfgs.iter().filter_map(hooks::condition);
    quote! {
        <fn(#(#cfgs)* #ty, #[cfg(not(all(#(#conditions),*)))] ()) as #krate::__private::OneOf>::Type
    }
}

fn returned(actor: &Actor, handler: &Handler) -> TokenStream {
    let Actor { krate, message, carried, .. } = actor;
    let (_, ty_generics, _) = carried.split_for_impl();
    let answer = handler.answer.ty();
    let message = quote!(#message #ty_generics);
    let (call_type, name, by_trait) = match &handler.answer {
        Answer::Streamed(_) => (quote!(StreamCall), quote!(LentStream), quote!(StreamRequest)),
        Answer::Returned(_) | Answer::Deferred(_) => (quote!(Call), quote!(Lent), quote!(Request)),
    };
    let request = if is_lent(handler) {
        let owned = handler.fields().map(|field| owned_type(actor, field));
        inline::named_request(actor, handler, &arms::one_or_tuple(owned), &quote!(#name))
    } else {
        let captured = captured(actor);
        quote!(impl #krate::by_hand::#by_trait<#message, #answer> #captured)
    };
    let mark = handler.cancel_safe.is_some().then(|| {
        let moved = moved(handler);
        quote!(#krate::by_hand::Marked<#moved>,)
    });
    quote! {
        #krate::#call_type<
            '_,
            #answer,
            #message,
            #request,
            #mark
        >
    }
}

// Output: + use<T>
/// What the type of a request captures: not the borrow of the handle.
fn captured(actor: &Actor) -> TokenStream {
    let parameters = actor.carried.params.iter().map(|parameter| match parameter {
        GenericParam::Lifetime(LifetimeParam { lifetime, .. }) => lifetime.to_token_stream(),
        GenericParam::Type(TypeParam { ident, .. }) => ident.to_token_stream(),
        GenericParam::Const(ConstParam { ident, .. }) => ident.to_token_stream(),
    });
    quote!(+ use<#(#parameters),*>)
}

// Output: (u64, (String, ()))
/// The types of what a call takes by value. What is lent stays with the caller.
fn moved(handler: &Handler) -> TokenStream {
    let moved: Vec<_> = handler.fields().filter(|field| field.cfgs.is_empty()).collect();
    moved.iter().rev().fold(quote!(()), |rest, Field { carried, .. }| match carried.is_lent() {
        true => rest,
        false => {
            let ty = message::carried_type(carried);
            quote!((#ty, #rest))
        }
    })
}

pub(super) fn parameter(field: &Field) -> TokenStream {
    let Field { ident, cfgs, ty: span, carried } = field;
    let ty = message::carried_type(carried);
    if carried.is_lent() {
        // rustc shows the bound where it reports a wrong argument: at the type that the user wrote.
        let bound = quote_spanned! {Span::call_site().located_at(*span)=>
            impl ::core::convert::Into<#ty>
        };
        quote!(#(#cfgs)* #ident: #bound)
    } else {
        quote!(#(#cfgs)* #ident: #ty)
    }
}

pub(super) fn conversion(Field { ident, cfgs, carried, .. }: &Field) -> Option<TokenStream> {
    carried.is_lent().then(|| quote!(#(#cfgs)* let #ident = ::core::convert::Into::into(#ident);))
}

fn actor_handle_impl(actor: &Actor) -> TokenStream {
    let Actor { krate, message, handle, carried, .. } = actor;
    let (impl_generics, ty_generics, where_clause) = carried.split_for_impl();
    quote! {
        impl #impl_generics #krate::ActorHandle for #handle #ty_generics #where_clause {
            type Message = #message #ty_generics;
            const FROM_HANDLE: fn(#krate::by_hand::Handle<#message #ty_generics>) -> Self = Self;

            fn as_handle(&self) -> &#krate::by_hand::Handle<#message #ty_generics> {
                &self.0
            }
        }
    }
}

/// Handles are compared by their actor, whose state need not be comparable.
fn identity_impls(actor: &Actor) -> TokenStream {
    let Actor { handle, carried, .. } = actor;
    let (impl_generics, ty_generics, where_clause) = carried.split_for_impl();
    quote! {
        impl #impl_generics ::core::cmp::PartialEq for #handle #ty_generics #where_clause {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl #impl_generics ::core::cmp::Eq for #handle #ty_generics #where_clause {}

        impl #impl_generics ::core::hash::Hash for #handle #ty_generics #where_clause {
            fn hash<__Hasher: ::core::hash::Hasher>(&self, hasher: &mut __Hasher) {
                ::core::hash::Hash::hash(&self.0, hasher);
            }
        }
    }
}

// It is not derived, nor is `Debug`: a derive requires them of each type parameter.
fn clone_impl(actor: &Actor) -> TokenStream {
    let Actor { krate, handle, carried, .. } = actor;
    let (impl_generics, ty_generics, where_clause) = carried.split_for_impl();
    quote! {
        impl #impl_generics ::core::clone::Clone for #handle #ty_generics #where_clause {
            fn clone(&self) -> Self {
                #krate::__private::cloned(self)
            }
        }
    }
}

fn debug_impl(actor: &Actor) -> TokenStream {
    let Actor { handle, carried, .. } = actor;
    let (impl_generics, ty_generics, where_clause) = carried.split_for_impl();
    let name = names::text(handle);
    quote! {
        impl #impl_generics ::core::fmt::Debug for #handle #ty_generics #where_clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(#name).field(&self.0).finish()
            }
        }
    }
}
