//! The impls of `Actor` and `Drive`, with the dispatch from messages to methods.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{VisRestricted, Visibility};

use super::{
    arms::{self, Names},
    finish, groups, hooks, inline, sources, undelivered,
};
use crate::{
    actor::{
        generics,
        model::{Actor, Handler, Mailbox, Threads},
    },
    syntax,
};

pub(super) fn actor_impl(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, .. } = actor;
    let generics = generics::with_static(&actor.generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let mailbox = mailbox(actor);
    let types = types(actor);
    let start_error = hooks::start_error(actor);
    let type_undelivered = undelivered::ty(actor);
    let take_back = undelivered::take_back(actor);
    let run_now = run_now(actor);
    let dispatch = dispatch(actor);
    let finish = finish::finish(actor);
    let sources = sources::sources(actor);
    let hooks = hooks::hooks(actor);
    let has_on_idle = hooks::has_on_idle(actor);
    let keep_alive = actor.is_kept_alive.then(|| {
        quote!(
            const KEEP_ALIVE: bool = true;
        )
    });
    let attrs = &actor.attrs;
    let allow = (actor.threads == Threads::One).then(
        || quote!(#[allow(clippy::future_not_send, reason = "the actor stays on one thread")]),
    );
    let actor_impl = quote! {
        #allow
        impl #impl_generics #krate::Actor for #ty #where_clause {
            #types
            #start_error
            type Undelivered = #type_undelivered;
            #mailbox
            #has_on_idle

            #run_now
            #dispatch
            #hooks
        }
    };
    let drive_impl = quote! {
        #allow
        impl #impl_generics #krate::by_hand::Drive for #ty #where_clause {
            #keep_alive
            #finish
            #take_back
            #sources
        }
    };
    let [actor_impl, drive_impl] = [actor_impl, drive_impl].map(|item| super::at_name(actor, item));
    quote!(#actor_impl #(#attrs)* #drive_impl)
}

// Output: type Message = CounterMessage;
//         type Handle = CounterHandle;
//
/// If an actor is more public than all its handlers, rustc reports both types. The caret should be under the visibility to
/// change, and with the same words and the same place there is one error.
fn types(actor: &Actor) -> TokenStream {
    let Actor { krate, message, handle, .. } = actor;
    let (_, carried, _) = actor.carried.split_for_impl();
    let Visibility::Restricted(vis) = &actor.vis else {
        return quote! {
            type Message = #message #carried;
            type Handle = #handle #carried;
        };
    };
    let types = [
        quote!(type Message = <#handle #carried as #krate::ActorHandle>::Message;),
        quote!(type Handle = #handle #carried;),
    ];
    types.into_iter().flat_map(|item| at_visibility(vis, item)).collect()
}

/// Gives `item` the span of `vis`.
fn at_visibility(vis: &VisRestricted, item: TokenStream) -> TokenStream {
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

// Output: fn run_now(&mut self, message: CounterMessage, _: &Context<Self>) {
//             match msg {
//                 CounterMessage::Add { amount, reply: tx } => tx.send(self.add(amount)),
//                 _ => {}
//             }
//         }
//
// If callers run the handlers with messages, because the handle does not know the actor:
//
// Output: fn dispatch_to(&mut self, message: .., _: .., caller: Caller<'_>) {
//             match msg {
//                 CounterMessage::Add { amount, reply: tx } => caller.answer(tx, self.add(amount)),
fn run_now(actor: &Actor) -> Option<TokenStream> {
    let Actor { krate, message, .. } = actor;
    let (_, carried, _) = actor.carried.split_for_impl();
    let handlers: Vec<&Handler> =
        actor.handlers.iter().filter(|handler| handler.is_now()).collect();
    if handlers.is_empty() {
        return None;
    }
    let (method, names) = if inline::is_unknown(actor) {
        (quote!(dispatch_to), Names::with_caller(actor, Handler::is_now))
    } else {
        (quote!(run_now), Names::of(actor, Handler::is_now))
    };
    let context = &names.context;
    let caller = names.caller.iter();
    let arms = handlers.iter().map(|handler| arms::calling(actor, handler, &names));
    let others = arms::others(actor, Handler::is_now, &quote!({}));
    let allow = arms::allow_deprecated(actor, Handler::is_now);
    Some(quote! {
        #allow
        fn #method(
            &mut self,
            msg: #message #carried,
            #context: &#krate::Context<Self>,
            #(#caller: #krate::__private::Caller<'_>,)*
        ) {
            match msg {
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
        // The groups take the context, whether or not another arm does.
        names.context = arms::context_named("cx", actor, is_here);
    }
    let context = &names.context;
    let arms = actor
        .handlers
        .iter()
        .filter(|handler| is_here(handler))
        .map(|handler| arms::calling(actor, handler, &names));
    let grouped = groups.iter().map(|group| group.arm(actor, context));
    let others = arms::others(actor, is_awaited, &quote!({}));
    let allow = arms::allow_deprecated(actor, is_here);
    Some(quote! {
        #allow
        async fn dispatch(&mut self, msg: #message #carried, #context: &#krate::Context<Self>) {
            match msg {
                #(#arms)*
                #(#grouped)*
                #others
            }
        }
    })
}
