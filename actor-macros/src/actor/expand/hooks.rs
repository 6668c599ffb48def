//! The methods of the actor's impl that call the user's hooks.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Meta, Type};

use super::dispatch;
use crate::actor::model::{Actor, Hook, StartHook};

/// `type StartError = …;`
pub(super) fn start_error(actor: &Actor) -> TokenStream {
    let infallible = quote!(
        type StartError = ::core::convert::Infallible;
    );
    match &actor.hooks.start {
        Some(StartHook { hook, error: Some(error) }) => conditional(hook, error, &infallible),
        Some(StartHook { error: None, .. }) | None => infallible,
    }
}

/// Without its hook, the start does not fail.
fn conditional(hook: &Hook, error: &Type, infallible: &TokenStream) -> TokenStream {
    let cfgs = &hook.cfgs;
    let conditions = cfgs.iter().filter_map(condition);
    let otherwise =
        (!cfgs.is_empty()).then(|| quote!(#[cfg(not(all(#(#conditions),*)))] #infallible));
    quote!(#(#cfgs)* type StartError = #error; #otherwise)
}

fn condition(cfg: &Attribute) -> Option<&TokenStream> {
    match &cfg.meta {
        Meta::List(list) => Some(&list.tokens),
        Meta::Path(_) | Meta::NameValue(_) => None,
    }
}

// Input:  #[on_stop] async fn save(&mut self) { .. }
// Output: async fn on_stop(&mut self, _context: &Context<Self>) { self.save().await }
pub(super) fn hooks(actor: &Actor) -> TokenStream {
    let start = actor.hooks.start.as_ref().map(|start| on_start(actor, start));
    let stop = actor.hooks.stop.as_ref().map(|hook| unit_hook(actor, "on_stop", hook));
    let idle = actor.hooks.idle.as_ref().map(|hook| on_idle(actor, hook));
    let release = actor.hooks.release.as_ref().map(|hook| unit_hook(actor, "on_release", hook));
    quote!(#start #stop #idle #release)
}

fn on_idle(actor: &Actor, hook: &Hook) -> TokenStream {
    let cfgs = &hook.cfgs;
    let method = unit_hook(actor, "on_idle", hook);
    quote! {
        #(#cfgs)*
        const HAS_ON_IDLE: bool = true;
        #method
    }
}

fn on_start(actor: &Actor, StartHook { hook, error }: &StartHook) -> TokenStream {
    let krate = &actor.krate;
    let cfgs = &hook.cfgs;
    let (context, call) = call(hook);
    let body = match error {
        Some(_) => call,
        None => quote!(#call; ::core::result::Result::Ok(())),
    };
    quote! {
        #(#cfgs)*
        async fn on_start(
            &mut self,
            #context: &#krate::Context<Self>,
        ) -> ::core::result::Result<(), Self::StartError> {
            #body
        }
    }
}

fn unit_hook(actor: &Actor, name: &str, hook: &Hook) -> TokenStream {
    let krate = &actor.krate;
    let cfgs = &hook.cfgs;
    let name = format_ident!("{name}");
    let (context, call) = call(hook);
    quote! {
        #(#cfgs)*
        async fn #name(&mut self, #context: &#krate::Context<Self>) {
            #call;
        }
    }
}

/// The name of the context parameter, and the call of the user's method.
fn call(hook: &Hook) -> (Ident, TokenStream) {
    let context =
        if hook.takes_context { format_ident!("context") } else { format_ident!("_context") };
    let arguments = hook.takes_context.then(|| quote!(#context));
    let call = dispatch::call(hook.receiver, &hook.ident, hook.is_async, arguments.into_iter());
    (context, call)
}
