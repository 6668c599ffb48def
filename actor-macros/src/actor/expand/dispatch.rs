//! From message to method, in the actor's own impl.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Meta, Visibility};

use super::{finish, groups, hooks, sources, undelivered};
use crate::{
    actor::model::{Actor, Answer, Argument, Field, Handler, Mailbox, Passing, Receiver},
    generics,
    names::Namer,
    syntax,
};

pub(super) fn actor_impl(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, message, handle, .. } = actor;
    let generics = generics::with_static(&actor.generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, carried, _) = actor.carried.split_for_impl();
    let mailbox = mailbox(actor);
    let type_message = at_visibility(&actor.vis, quote!(type Message = #message #carried;));
    let type_handle = at_visibility(&actor.vis, quote!(type Handle = #handle #carried;));
    let start_error = hooks::start_error(actor);
    let type_undelivered = undelivered::ty(actor);
    let take_back = undelivered::take_back(actor);
    let dispatch = dispatch(actor);
    let finish = finish::finish(actor);
    let sources = sources::sources(actor);
    let hooks = hooks::hooks(actor);
    quote! {
        impl #impl_generics #krate::Actor for #ty #where_clause {
            #type_message
            #type_handle
            #start_error
            type Undelivered = #type_undelivered;
            #mailbox

            #dispatch
            #finish
            #take_back
            #sources
            #hooks
        }
    }
}

/// Where an actor is more public than all its handlers, rustc reports these two items: what it
/// underlines should be the visibility to change.
fn at_visibility(vis: &Visibility, item: TokenStream) -> TokenStream {
    let Visibility::Restricted(vis) = vis else { return item };
    let mut tokens = syntax::respanned(item, vis.paren_token.span.close()).into_iter();
    let first = tokens.next().map(|first| syntax::respanned(first.into(), vis.pub_token.span));
    first.into_iter().flatten().chain(tokens).collect()
}

fn mailbox(actor: &Actor) -> Option<TokenStream> {
    let krate = &actor.krate;
    let capacity = match &actor.mailbox {
        Mailbox::Default => return None,
        Mailbox::Unbounded => quote!(UNBOUNDED),
        Mailbox::Bounded(size) => quote!(bounded(#size)),
    };
    Some(quote!(const MAILBOX: #krate::Capacity = #krate::Capacity::#capacity;))
}

fn dispatch(actor: &Actor) -> TokenStream {
    let Actor { krate, message, .. } = actor;
    let (_, carried, _) = actor.carried.split_for_impl();
    let groups = groups::of(actor);
    let is_here = |handler: &Handler| !groups.iter().any(|group| group.contains(handler));
    let context = if groups.is_empty() {
        context(actor, |handler| !handler.is_final())
    } else {
        // Each group is passed it.
        context_named("context", actor, |handler| !handler.is_final() && is_here(handler))
    };
    let arms = actor
        .handlers
        .iter()
        .filter(|handler| is_here(handler))
        .map(|handler| arm(actor, handler, &context));
    let grouped = groups.iter().map(|group| group.arm(actor, &context));
    let allow = allow_deprecated(actor, |handler| !handler.is_final() && is_here(handler));
    quote! {
        #allow
        async fn dispatch(&mut self, message: #message #carried, #context: &#krate::Context<Self>) {
            match message {
                #(#arms)*
                #(#grouped)*
            }
        }
    }
}

fn arm(actor: &Actor, handler: &Handler, context: &Ident) -> TokenStream {
    if !handler.is_final() {
        return calling_arms(actor, handler, context);
    }
    let message = &actor.message;
    let Handler { variant, attrs, .. } = handler;
    let cfgs = &attrs.cfgs;
    // The loop gives a message that ends the actor to `finish`.
    quote!(#(#cfgs)* #message::#variant { .. } => {})
}

// Output: CounterMessage::Add { amount, reply } => reply.send(self.add(amount)),
//
// An argument of a call cannot have a `#[cfg]`, but an arm can: there is an arm for each way in which
// the conditions of the arguments can come out.
pub(super) fn calling_arms(actor: &Actor, handler: &Handler, context: &Ident) -> TokenStream {
    let conditions = conditions(handler);
    let arms = (0..1_usize << conditions.len()).rev().map(|outcome| {
        let holds = |cfg: &Attribute| {
            let position = conditions.iter().position(|other| syntax::same_tokens(other, cfg));
            position.is_some_and(|position| outcome & (1 << position) != 0)
        };
        let cfgs =
            conditions.iter().map(|cfg| if holds(cfg) { quote!(#cfg) } else { negated(cfg) });
        let is_there = |field: &Field| field.cfgs.iter().all(holds);
        let arm = calling_arm(actor, handler, context, is_there);
        quote!(#(#cfgs)* #arm)
    });
    let cfgs = &handler.attrs.cfgs;
    arms.map(|arm| quote!(#(#cfgs)* #arm)).collect()
}

fn calling_arm(
    actor: &Actor,
    handler: &Handler,
    context: &Ident,
    is_there: impl Fn(&Field) -> bool,
) -> TokenStream {
    let message = &actor.message;
    let Handler { variant, reply, .. } = handler;
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
        Answer::Returned(_) if handler.cancel_safe.is_some() => {
            marked_body(actor, handler, context, arguments)
        }
        Answer::Returned(_) => {
            let call = call(handler.receiver, &handler.ident, handler.is_async, arguments);
            quote!(#reply.send(#call))
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
    context: &Ident,
    arguments: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let Handler { variant, reply, .. } = handler;
    let undelivered = &actor.undelivered;
    // Names of the macro's own: an argument may be called `answer`.
    let call = call(handler.receiver, &handler.ident, false, arguments);
    let send = match handler.taken_back_by() {
        Some(method) => {
            let put_back = undelivered::put_back(method);
            quote! {
                if let ::core::result::Result::Err(answer) =
                    #context.answer(#reply, answer, #undelivered::#variant)
                {
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
    match receiver {
        Receiver::Exclusive => quote!(self.#ident(#(#arguments),*) #wait),
        Receiver::Shared | Receiver::Owned => quote!(Self::#ident(self #(, #arguments)*) #wait),
    }
}

fn passed(Field { ident, passing, .. }: &Field) -> TokenStream {
    match passing {
        Passing::Moved => quote!(#ident),
        Passing::Lent => quote!(&#ident),
    }
}

fn conditions(handler: &Handler) -> Vec<&Attribute> {
    let mut conditions: Vec<&Attribute> = Vec::new();
    for cfg in handler.fields().flat_map(|field| &field.cfgs) {
        if !conditions.iter().any(|other| syntax::same_tokens(other, &cfg)) {
            conditions.push(cfg);
        }
    }
    conditions
}

pub(super) fn negated(cfg: &Attribute) -> TokenStream {
    match &cfg.meta {
        Meta::List(list) => {
            let condition = &list.tokens;
            quote!(#[cfg(not(#condition))])
        }
        Meta::Path(_) | Meta::NameValue(_) => quote!(#cfg),
    }
}

/// The name of the context parameter: with an underscore if nobody reads it.
pub(super) fn context(actor: &Actor, calls: impl Fn(&Handler) -> bool) -> Ident {
    let is_read = actor.handlers.iter().any(|handler| calls(handler) && handler.needs_context());
    context_named(if is_read { "context" } else { "_context" }, actor, calls)
}

/// `name`, or another one if an argument of a handler that takes the context hides it.
fn context_named(name: &str, actor: &Actor, calls: impl Fn(&Handler) -> bool) -> Ident {
    let mut namer = Namer::default();
    for handler in actor.handlers.iter().filter(|handler| calls(handler) && handler.needs_context())
    {
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
