//! The arms of a match on messages, and the calls of the user's methods in them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Meta};

use super::undelivered;
use crate::{
    actor::model::{self, Actor, Answer, Argument, Field, Handler, Receiver},
    names::Namer,
    syntax,
};

/// The arms of the messages that a match does not answer, because the loop gives them to another.
///
/// Each gives `value`.
pub(super) fn others(
    actor: &Actor,
    is_here: impl Fn(&Handler) -> bool,
    value: &TokenStream,
) -> TokenStream {
    let message = &actor.message;
    let others: Vec<&Handler> = actor.handlers.iter().filter(|handler| !is_here(handler)).collect();
    if others.iter().any(|handler| handler.attrs.cfgs.is_empty()) {
        return quote!(_ => #value,);
    }
    // There may be no other message under some configuration, and then `_` would be unreachable.
    let arms = others.iter().map(|handler| {
        let (cfgs, variant) = (&handler.attrs.cfgs, &handler.variant);
        quote!(#(#cfgs)* #message::#variant { .. } => #value,)
    });
    quote!(#(#arms)*)
}

// Output: CounterMessage::Save { path, reply } => reply.send(self.save(&path).await),
pub(super) fn calling(actor: &Actor, handler: &Handler, names: &Names) -> TokenStream {
    let cfgs = &handler.attrs.cfgs;
    of(handler, cfgs, |outcome| calling_arm(actor, handler, names, outcome))
}

/// The arms of a handler's message under `cfgs`, each made by `arm`.
///
/// An argument of a call cannot have a `#[cfg]`, but an arm can: there is an arm for each outcome of
/// the conditions of the arguments.
pub(super) fn of(
    handler: &Handler,
    cfgs: &[Attribute],
    arm: impl Fn(&Outcome<'_>) -> TokenStream,
) -> TokenStream {
    let conditions = model::conditions(handler.fields().flat_map(|field| &field.cfgs));
    let arms = outcomes(&conditions).into_iter().map(|outcome| {
        let (arm, conditions) = (arm(&outcome), outcome.cfgs());
        quote!(#(#cfgs)* #conditions #arm)
    });
    arms.collect()
}

/// Which of some conditions hold, and which do not.
pub(super) struct Outcome<'a> {
    holding: Vec<&'a Attribute>,
    failing: Vec<&'a Attribute>,
}

/// All outcomes of `conditions`. With each condition their number doubles.
pub(super) fn outcomes<'a>(conditions: &[&'a Attribute]) -> Vec<Outcome<'a>> {
    let outcome = |bits: usize| {
        let holds = |position: &usize| bits & (1 << position) != 0;
        let (holding, failing): (Vec<_>, Vec<_>) = (0..conditions.len()).partition(holds);
        let named = |positions: Vec<usize>| positions.iter().map(|at| conditions[*at]).collect();
        Outcome { holding: named(holding), failing: named(failing) }
    };
    (0..1_usize << conditions.len()).rev().map(outcome).collect()
}

impl Outcome<'_> {
    /// Whether all of `cfgs` hold, which are among the conditions.
    pub(super) fn has(&self, cfgs: &[Attribute]) -> bool {
        let holds = |cfg: &Attribute| self.holding.iter().any(|it| syntax::same_tokens(it, &cfg));
        cfgs.iter().all(holds)
    }

    // Output: #[cfg(unix)] #[cfg(not(test))]
    pub(super) fn cfgs(&self) -> TokenStream {
        let Self { holding, failing } = self;
        let failing = failing.iter().map(|cfg| negated(cfg));
        quote!(#(#holding)* #(#failing)*)
    }
}

fn calling_arm(
    actor: &Actor,
    handler: &Handler,
    names: &Names,
    outcome: &Outcome<'_>,
) -> TokenStream {
    let Names { context, caller } = names;
    let message = &actor.message;
    let Handler { variant, reply, .. } = handler;
    let is_there = |field: &Field| outcome.has(&field.cfgs);
    let fields = handler.fields().filter(|field| is_there(field)).map(|field| &field.ident);
    let undelivered = &actor.undelivered;
    let reply_kept = match handler.taken_back_by() {
        Some(_) => quote!(#context.keep(#reply, #undelivered::#variant)),
        None => quote!(#reply),
    };
    let arguments = handler.arguments.iter().filter_map(|argument| match argument {
        Argument::Field(field) if !is_there(field) => None,
        Argument::Field(field) => Some(passed(field)),
        Argument::Context => Some(quote!(#context)),
        Argument::Reply => Some(reply_kept.clone()),
    });
    let body = match handler.answer {
        Answer::Returned(_)
            if handler.taken_back_by().is_some()
                || handler.cancel_safe.is_some() && !handler.is_now() =>
        {
            marked_body(actor, handler, names, arguments)
        }
        Answer::Returned(_) => {
            let call = call(handler.receiver, &handler.ident, handler.is_async, arguments);
            if handler.is_now() {
                quote!(#caller.answer(#reply, #call))
            } else {
                quote!(#reply.send(#call))
            }
        }
        Answer::Deferred(_) | Answer::Streamed(_) => {
            call(handler.receiver, &handler.ident, handler.is_async, arguments)
        }
    };
    quote!(#message::#variant { #(#fields,)* #reply } => #body,)
}

// Output: {
//             let answer = reply.while_wanted(self.pop()).await;
//             if let Some(answer) = answer {
//                 if let Err(answer) = context.answer(reply, answer, StackUndelivered::Pop) {
//                     Self::put_back(self, answer);
//                 }
//             }
//         }
fn marked_body(
    actor: &Actor,
    handler: &Handler,
    Names { context, caller }: &Names,
    arguments: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let Handler { variant, reply, .. } = handler;
    let undelivered = &actor.undelivered;
    // Names of the macro's own: an argument may be called `answer`.
    let call = call(handler.receiver, &handler.ident, false, arguments);
    let send = match handler.taken_back_by() {
        Some(method) => {
            let put_back = undelivered::put_back(method);
            let answer = if handler.is_now() {
                quote!(answer_now(#caller, #reply, answer, #undelivered::#variant))
            } else {
                quote!(answer(#reply, answer, #undelivered::#variant))
            };
            quote! {
                if let ::core::result::Result::Err(answer) = #context.#answer {
                    #put_back
                }
            }
        }
        None => quote!(#reply.send(answer);),
    };
    if !handler.is_async {
        return quote!({ let answer = #call; #send });
    }
    quote! {{
        let answer = #reply.while_wanted(#call).await;
        if let ::core::option::Option::Some(answer) = answer {
            #send
        }
    }}
}

/// Calls the user's method `ident`, and no other.
///
/// `self.into()` would find `Into::into` before a method that takes `&self`: a reference to the
/// actor is tried by value first. Only where the method takes just what `self` is here does it win.
pub(super) fn call(
    receiver: Receiver,
    ident: &Ident,
    is_async: bool,
    arguments: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let wait = is_async.then(|| quote!(.await));
    let call = call_on(&quote!(self), &quote!(Self), receiver, ident, arguments);
    quote!(#call #wait)
}

/// As [`call`], on the actor `itself`, of the type `ty`.
pub(super) fn call_on(
    itself: &TokenStream,
    ty: &TokenStream,
    receiver: Receiver,
    ident: &Ident,
    arguments: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    match receiver {
        Receiver::Exclusive => quote!(#itself.#ident(#(#arguments),*)),
        Receiver::Shared | Receiver::Owned => quote!(#ty::#ident(#itself #(, #arguments)*)),
    }
}

pub(super) fn passed(Field { ident, carried, .. }: &Field) -> TokenStream {
    if carried.is_lent() { quote!(&#ident) } else { quote!(#ident) }
}

fn negated(cfg: &Attribute) -> TokenStream {
    match &cfg.meta {
        Meta::List(list) => {
            let condition = &list.tokens;
            quote!(#[cfg(not(#condition))])
        }
        Meta::Path(_) | Meta::NameValue(_) => quote!(#cfg),
    }
}

/// The names of what handlers are called with, besides their arguments.
pub(super) struct Names {
    pub(super) context: Ident,
    pub(super) caller: Ident,
}

impl Names {
    /// For the handlers of `actor` of which `calls` is true. An unused name begins with an
    /// underscore.
    pub(super) fn of(actor: &Actor, calls: impl Fn(&Handler) -> bool) -> Self {
        let reads = |what: fn(&Handler) -> bool| {
            actor.handlers.iter().any(|handler| calls(handler) && what(handler))
        };
        let context = if reads(Handler::needs_context) { "context" } else { "_context" };
        let returns = |handler: &Handler| matches!(handler.answer, Answer::Returned(_));
        let caller = if reads(returns) { "caller" } else { "_caller" };
        Self {
            context: context_named(context, actor, &calls),
            caller: fresh(caller, actor, |handler| calls(handler) && returns(handler)),
        }
    }
}

/// `name`, or another one if an argument of a handler that takes the context hides it.
pub(super) fn context_named(name: &str, actor: &Actor, calls: impl Fn(&Handler) -> bool) -> Ident {
    fresh(name, actor, |handler| calls(handler) && handler.needs_context())
}

/// `name`, or another one if an argument of these handlers hides it.
fn fresh(name: &str, actor: &Actor, hides: impl Fn(&Handler) -> bool) -> Ident {
    let mut namer = Namer::default();
    for handler in actor.handlers.iter().filter(|handler| hides(handler)) {
        for name in handler.fields().map(|field| &field.ident).chain([&handler.reply]) {
            namer.take(name);
        }
    }
    namer.fresh(name)
}

/// Under a condition that is false the context is unread again; that a parameter is unused is then
/// no mistake of the user's.
pub(super) fn allow_deprecated(
    actor: &Actor,
    calls: impl Fn(&Handler) -> bool,
) -> Option<TokenStream> {
    let mut called = actor.handlers.iter().filter(|handler| calls(handler));
    called
        .any(|handler| handler.attrs.is_deprecated)
        .then(|| quote!(#[allow(deprecated, reason = "a deprecated handler still answers")]))
}
