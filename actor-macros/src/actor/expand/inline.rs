//! Handlers that may run on the thread of their caller.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::arms;
use crate::{
    actor::model::{Actor, Argument, Handler},
    names::{self, Namer},
};

/// What callers find of an actor that is idle.
enum AtRest {
    /// Nothing: all handlers run in the loop.
    Nothing,
    /// The actor, in a type of the macro's own: its messages may be more public than the actor.
    Known,
    /// The actor, of a type that is not known: the messages of a generic actor have only those of its
    /// parameters that they mention.
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

/// The function that makes the loop.
pub(super) fn run(actor: &Actor) -> &'static str {
    match at_rest(actor) {
        AtRest::Nothing => "run",
        AtRest::Known => "run_inline",
        AtRest::Unknown => "run_inline_dyn",
    }
}

/// The type of an actor that is idle, to those who have its messages.
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
//             pub struct CounterAtRest(Box<Resident<Counter>>);
//             …
//         };
//
/// The impl of a message, with the type that it names for the actor at rest. Nobody else can name that: no
/// name of the user's is taken.
pub(super) fn with_type(actor: &Actor, message_impl: TokenStream) -> TokenStream {
    if !matches!(at_rest(actor), AtRest::Known) {
        return message_impl;
    }
    let Actor { krate, vis, ty, at_rest, .. } = actor;
    let name = names::text(&actor.ident);
    let doc = format!(" A `{name}` that is idle, so that callers may run its handlers.");
    let resident = quote!(::std::boxed::Box<#krate::__private::Resident<#ty>>);
    quote! {
        const _: () = {
            #[doc = #doc]
            #[derive(::core::fmt::Debug)]
            #vis struct #at_rest(#resident);

            impl #krate::__private::AtRest<#ty> for #at_rest {
                fn at_rest(actor: #resident) -> Self {
                    Self(actor)
                }

                fn resident(&mut self) -> &mut #krate::__private::Resident<#ty> {
                    &mut self.0
                }

                fn into_resident(self) -> #resident {
                    self.0
                }
            }

            #message_impl
        };
    }
}

/// What makes a call of `handler` one that its caller may run.
pub(super) fn inline(actor: &Actor, handler: &Handler) -> Option<TokenStream> {
    if !actor.may_run_inline(handler) {
        return None;
    }
    let name = names::text(&handler.ident);
    if matches!(at_rest(actor), AtRest::Unknown) {
        return Some(quote!(.inline_dyn(#name)));
    }
    let closure = closure(actor, handler);
    Some(quote!(.inline(#name, #closure)))
}

// Output: |actor: &mut Counter, message, _context| match message {
//             CounterMessage::Add { amount, .. } => Some(actor.add(amount)),
//             _ => None,
//         }
fn closure(actor: &Actor, handler: &Handler) -> TokenStream {
    let ty = &actor.ty;
    let context = if handler.takes_context() { "context" } else { "_context" };
    let mut namer = Namer::default();
    handler.fields().for_each(|field| namer.take(&field.ident));
    let [itself, context] = ["actor", context].map(|name| namer.fresh(name));
    let arm = arm(actor, handler, [&itself, &context]);
    let is_here = |other: &Handler| std::ptr::eq(other, handler);
    let others = arms::others(actor, is_here, &quote!(::core::option::Option::None));
    quote! {
        |#itself: &mut #ty, message, #context| match message {
            #arm
            #others
        }
    }
}

fn arm(actor: &Actor, handler: &Handler, [itself, context]: [&Ident; 2]) -> TokenStream {
    let Actor { message, ty, .. } = actor;
    let Handler { variant, ident, receiver, .. } = handler;
    let fields = arms::fields(handler);
    let arguments = handler.arguments.iter().filter_map(|argument| match argument {
        Argument::Field(field) => Some(arms::passed(field)),
        Argument::Context => Some(quote!(#context)),
        Argument::Reply => None,
    });
    // In brackets it is a type: rustc then says once that there is none.
    let ty = quote!(<#ty>);
    let call = arms::call_on(&quote!(#itself), &ty, *receiver, ident, arguments);
    quote!(#message::#variant { #fields .. } => ::core::option::Option::Some(#call),)
}
