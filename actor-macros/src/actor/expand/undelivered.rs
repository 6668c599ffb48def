//! Unread replies: the enum for the loop's records, and the dispatch to the methods that take them back.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Type, spanned::Spanned};

use crate::{
    actor::{
        generics,
        model::{Actor, Handler, Receiver, TakeBack},
    },
    names,
};

// Input:  #[cancel_safe(undelivered = put_back)] pub fn pop(&mut self) -> Option<u32>
// Output: pub enum StackUndelivered { Pop(Unread<Option<u32>>) }
pub(super) fn enumeration(actor: &Actor) -> Option<TokenStream> {
    actor.taken_back().next()?;
    let Actor { krate, vis, undelivered, .. } = actor;
    let generics = generics(actor);
    let where_clause = &generics.where_clause;
    let doc = format!(" An unread reply of a `{}`.", names::text(&actor.ident));
    let variants = actor.taken_back().map(|(handler, _)| {
        let (cfgs, variant, answer) = (&handler.attrs.cfgs, &handler.variant, handler.answer.ty());
        quote!(#(#cfgs)* #variant(#krate::__private::Unread<#answer>),)
    });
    Some(quote! {
        #[doc = #doc]
        #[doc(hidden)]
        #[allow(missing_docs, missing_debug_implementations, reason = "only the loop uses it")]
        #vis enum #undelivered #generics #where_clause {
            #(#variants)*
        }
    })
}

// Output: type Undelivered = StackUndelivered;
pub(super) fn ty(actor: &Actor) -> TokenStream {
    if actor.taken_back().next().is_none() {
        return quote!(::core::convert::Infallible);
    }
    let undelivered = &actor.undelivered;
    let generics = generics(actor);
    let (_, ty_generics, _) = generics.split_for_impl();
    quote!(#undelivered #ty_generics)
}

// Output: const TAKES_BACK: bool = true;
//
//         fn take_back(&mut self, undelivered: StackUndelivered, _: &Context<Self>) {
//             match undelivered {
//                 StackUndelivered::Pop(answer) => {
//                     if let Some(answer) = answer.take() { .. }
//                 }
//             }
//         }
pub(super) fn take_back(actor: &Actor) -> Option<TokenStream> {
    actor.taken_back().next()?;
    let (ty, undelivered, krate) = (ty(actor), &actor.undelivered, &actor.krate);
    let takes_context = actor.taken_back().any(|(_, take_back)| take_back.takes_context);
    let context = format_ident!("{}", if takes_context { "cx" } else { "_" });
    let arms = actor.taken_back().map(|(handler, take_back)| {
        let (cfgs, variant) = (&handler.attrs.cfgs, &handler.variant);
        let put_back = put_back(actor, handler, take_back, &context);
        quote! {
            #(#cfgs)*
            #undelivered::#variant(answer) => {
                if let ::core::option::Option::Some(answer) = answer.take() {
                    #put_back
                }
            }
        }
    });
    Some(quote! {
        const TAKES_BACK: bool = true;

        fn take_back(&mut self, undelivered: #ty, #context: &#krate::Context<Self>) {
            match undelivered {
                #(#arms)*
            }
        }
    })
}

// Output: let put_back: fn(&mut Self, Option<u32>) -> _ = Self::put_back;
//         put_back(self, answer);
/// Calls the user's method with `answer`.
///
/// A mismatched type is reported at the name of the method: in the type of a function, where rustc suggests
/// no changes to a variable that the user did not write.
pub(super) fn put_back(
    actor: &Actor,
    handler: &Handler,
    take_back: &TakeBack,
    context: &Ident,
) -> TokenStream {
    let krate = &actor.krate;
    let TakeBack { method, receiver, takes_context } = take_back;
    let answer = handler.answer.ty();
    let context = takes_context.then(|| quote!(, #context));
    let this = match receiver {
        Some(Receiver::Exclusive) => quote!(&mut Self),
        Some(Receiver::Shared | Receiver::Owned) => quote!(&Self),
        None => return quote!(Self::#method(self, answer #context);),
    };
    let context_type = takes_context.then(|| quote!(, &#krate::Context<Self>));
    let at = |span: Span| Span::call_site().located_at(span);
    let expected = quote_spanned!(at(answer.span())=> fn(#this, #answer #context_type) -> _);
    let found = quote_spanned!(at(method.span())=> Self::#method);
    quote! {
        let put_back: #expected = #found;
        put_back(self, answer #context);
    }
}

/// The parameters of the impl that the replies mention.
fn generics(actor: &Actor) -> syn::Generics {
    let answers: Vec<&Type> = actor.taken_back().map(|(handler, _)| handler.answer.ty()).collect();
    generics::mentioned(&actor.generics, &answers)
}
