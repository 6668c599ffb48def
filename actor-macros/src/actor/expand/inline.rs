//! Handlers that may run on their caller's thread.

use proc_macro2::TokenStream;
use quote::quote;

use super::{arms, handle};
use crate::{
    actor::model::{Actor, Argument, Handler},
    names,
};

/// The form in which callers find an idle actor.
enum AtRest {
    /// Nothing: all handlers run in the loop.
    Nothing,
    /// The actor, in a generated type, since its messages may be more public than the actor.
    Known,
    /// The actor as a trait object: the messages of a generic actor do not have all of its parameters.
    Unknown,
}

fn at_rest(actor: &Actor) -> AtRest {
    if !actor.handlers.iter().any(|handler| actor.may_run_inline(handler)) {
        AtRest::Nothing
    } else if actor.generics.params.is_empty() {
        AtRest::Known
    } else {
        AtRest::Unknown
    }
}

/// The type of an idle actor, as its message names it.
pub(super) fn ty(actor: &Actor) -> TokenStream {
    let Actor { krate, at_rest: known, .. } = actor;
    match at_rest(actor) {
        AtRest::Nothing => quote!(::core::convert::Infallible),
        AtRest::Known => quote!(#known),
        AtRest::Unknown => {
            quote!(::std::boxed::Box<dyn #krate::__private::Occupant<Self>>)
        }
    }
}

// Output: const _: () = {
//             pub struct CounterAtRest(Resting<Counter>);
//             …
//         };
//
/// The impls that name the type of the idle actor, in a scope with that type, so that its name is free for users.
pub(super) fn with_type(actor: &Actor, impls: TokenStream) -> TokenStream {
    if !matches!(at_rest(actor), AtRest::Known) {
        return impls;
    }
    let Actor { krate, vis, ty, at_rest, .. } = actor;
    let resting = quote!(#krate::__private::Resting);
    quote! {
        const _: () = {
            #[allow(missing_debug_implementations, reason = "only the runtime uses it")]
            #vis struct #at_rest(#resting<#ty>);

            impl #krate::__private::AtRest<#ty> for #at_rest {
                const OPEN: #krate::__private::Open<Self, #ty> = |idle| &mut idle.0;
            }

            #impls
        };
    }
}

/// The method call on the mailbox that creates the loop.
pub(super) fn run(actor: &Actor) -> TokenStream {
    let wrap = &actor.at_rest;
    match at_rest(actor) {
        AtRest::Nothing => quote!(send_loop(self)),
        AtRest::Known => quote!(inline_loop(self, #wrap, |idle| idle.0)),
        AtRest::Unknown => quote!(inline_dyn_loop(self)),
    }
}

/// Whether the handle does not know the type of its actor, some of whose handlers may run inline.
pub(super) fn is_unknown(actor: &Actor) -> bool {
    matches!(at_rest(actor), AtRest::Unknown)
}

/// Whether `handler` may run inline, and the handle knows the type of its actor.
pub(super) fn is_known(actor: &Actor, handler: &Handler) -> bool {
    actor.may_run_inline(handler) && !is_unknown(actor)
}

/// The method call that turns a call of `handler` into an inline call, if it may be one.
pub(super) fn inline(actor: &Actor, handler: &Handler) -> Option<TokenStream> {
    if !actor.may_run_inline(handler) {
        return None;
    }
    let name = names::text(&handler.ident);
    if is_unknown(actor) {
        return Some(quote!(.inline_dyn(#name)));
    }
    let closure = closure(actor, handler);
    Some(if handle::is_lent(handler) {
        let krate = &actor.krate;
        quote!(.inline_lent(#name, |at_rest, arguments| #krate::__private::run_at_rest(at_rest, arguments, #closure)))
    } else {
        quote!(.inline(#name, #closure))
    })
}

/// The type of a request that owns `owned`: `name`, or a form of it that may run on the caller's
/// thread.
pub(super) fn named_request(
    actor: &Actor,
    handler: &Handler,
    owned: &TokenStream,
    name: &TokenStream,
) -> TokenStream {
    let Actor { krate, message, carried, .. } = actor;
    let (_, ty_generics, _) = carried.split_for_impl();
    let answer = handler.answer.ty();
    let of = quote!(<#owned, #message #ty_generics, #answer>);
    if !actor.may_run_inline(handler) {
        return quote!(#krate::by_hand::#name #of);
    }
    match at_rest(actor) {
        AtRest::Unknown => quote!(#krate::__private::InlineDyn<#krate::by_hand::#name #of>),
        AtRest::Known | AtRest::Nothing => quote!(#krate::__private::InlineLent #of),
    }
}

// Output: |this: &mut Counter, amount, _| this.add(amount)
fn closure(actor: &Actor, handler: &Handler) -> TokenStream {
    let [itself, context] = ["this", "cx"].map(|name| arms::fresh(name, handler));
    let arguments = handler.arguments.iter().filter_map(|argument| match argument {
        Argument::Field(field) => Some(arms::passed(field)),
        Argument::Context(ty) => Some(arms::at(*ty, quote!(#context))),
        Argument::Reply(_) => None,
    });
    // With angle brackets it can only be a type, so rustc reports an unknown one once.
    let ty = &actor.ty;
    let path = quote!(<#ty>);
    let call = arms::call_on(&quote!(#itself), &path, handler.receiver, &handler.ident, arguments);
    let owned = arms::owned(handler);
    let context = if handler.takes_context() { quote!(#context) } else { quote!(_) };
    quote!(|#itself: &mut #ty, #owned, #context| #call)
}
