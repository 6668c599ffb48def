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
    let dispatch_now = dispatch_now(actor);
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

            #dispatch_now
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

// Output: #[inline]
//         fn dispatch_now(&mut self, message: CounterMessage, _context: &Context<Self>, caller: Caller<'_>) {
//             match message {
//                 CounterMessage::Add { amount, reply } => caller.answer(reply, self.add(amount)),
//                 _ => {}
//             }
//         }
fn dispatch_now(actor: &Actor) -> Option<TokenStream> {
    let Actor { krate, message, .. } = actor;
    let (_, carried, _) = actor.carried.split_for_impl();
    let handlers: Vec<&Handler> =
        actor.handlers.iter().filter(|handler| handler.is_now()).collect();
    if handlers.is_empty() {
        return None;
    }
    let names = Names::of(actor, Handler::is_now);
    let Names { context, caller } = &names;
    let arms = handlers.iter().map(|handler| calling_arms(actor, handler, &names));
    let others = others(actor, Handler::is_now, &quote!({}));
    let allow = allow_deprecated(actor, Handler::is_now);
    Some(quote! {
        #allow
        #[inline]
        fn dispatch_now(
            &mut self,
            message: #message #carried,
            #context: &#krate::Context<Self>,
            #caller: #krate::Caller<'_>,
        ) {
            match message {
                #(#arms)*
                #others
            }
        }
    })
}

fn dispatch(actor: &Actor) -> Option<TokenStream> {
    let Actor { krate, message, .. } = actor;
    let (_, carried, _) = actor.carried.split_for_impl();
    let groups = groups::of(actor);
    let is_awaited = |handler: &Handler| handler.is_async && !handler.is_final();
    let is_here = |handler: &Handler| {
        is_awaited(handler) && !groups.iter().any(|group| group.contains(handler))
    };
    if !actor.handlers.iter().any(is_awaited) {
        return None;
    }
    let mut names = Names::of(actor, is_here);
    if !groups.is_empty() {
        // Each group is passed it.
        names.context = context_named("context", actor, is_here);
    }
    let context = &names.context;
    let arms = actor
        .handlers
        .iter()
        .filter(|handler| is_here(handler))
        .map(|handler| calling_arms(actor, handler, &names));
    let grouped = groups.iter().map(|group| group.arm(actor, context));
    let others = others(actor, is_awaited, &quote!({}));
    let allow = allow_deprecated(actor, is_here);
    Some(quote! {
        #allow
        async fn dispatch(&mut self, message: #message #carried, #context: &#krate::Context<Self>) {
            match message {
                #(#arms)*
                #(#grouped)*
                #others
            }
        }
    })
}

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
pub(super) fn calling_arms(actor: &Actor, handler: &Handler, names: &Names) -> TokenStream {
    let cfgs = &handler.attrs.cfgs;
    arms(handler, cfgs, |is_there| calling_arm(actor, handler, names, is_there))
}

/// The arms of a handler's message under `cfgs`, each made by `arm`, which is told which fields are
/// there.
///
/// An argument of a call cannot have a `#[cfg]`, but an arm can: there is an arm for each way in which
/// the conditions of the arguments can come out.
pub(super) fn arms(
    handler: &Handler,
    cfgs: &[Attribute],
    arm: impl Fn(&dyn Fn(&Field) -> bool) -> TokenStream,
) -> TokenStream {
    let conditions = conditions(handler);
    let arms = (0..1_usize << conditions.len()).rev().map(|outcome| {
        let holds = |cfg: &Attribute| {
            let position = conditions.iter().position(|other| syntax::same_tokens(other, cfg));
            position.is_some_and(|position| outcome & (1 << position) != 0)
        };
        let outcomes =
            conditions.iter().map(|cfg| if holds(cfg) { quote!(#cfg) } else { negated(cfg) });
        let is_there = |field: &Field| field.cfgs.iter().all(holds);
        let arm = arm(&is_there);
        quote!(#(#cfgs)* #(#outcomes)* #arm)
    });
    arms.collect()
}

fn calling_arm(
    actor: &Actor,
    handler: &Handler,
    names: &Names,
    is_there: &dyn Fn(&Field) -> bool,
) -> TokenStream {
    let Names { context, caller } = names;
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

pub(super) fn passed(Field { ident, passing, .. }: &Field) -> TokenStream {
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

/// The names of what handlers are called with, besides their arguments.
pub(super) struct Names {
    pub(super) context: Ident,
    pub(super) caller: Ident,
}

impl Names {
    /// For the handlers of `actor` of which `calls` is true. A name that nobody reads begins with an
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
fn context_named(name: &str, actor: &Actor, calls: impl Fn(&Handler) -> bool) -> Ident {
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
