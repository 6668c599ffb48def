//! The methods of `Actor` that call the user's hooks.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Meta, Token, Type, punctuated::Punctuated};

use super::arms;
use crate::actor::{
    marker::HookKind,
    model::{Actor, Hook},
};

/// `type StartError = …;`
pub(super) fn start_error(actor: &Actor) -> TokenStream {
    let infallible = quote!(
        type StartError = ::core::convert::Infallible;
    );
    match actor.start_error() {
        Some((hook, error)) => conditional(hook, error, &infallible),
        None => infallible,
    }
}

/// `StartError` under the conditions of its hook, and otherwise.
fn conditional(hook: &Hook, error: &Type, infallible: &TokenStream) -> TokenStream {
    let cfgs = &hook.cfgs;
    let conditions = cfgs.iter().filter_map(condition);
    let otherwise =
        (!cfgs.is_empty()).then(|| quote!(#[cfg(not(all(#(#conditions),*)))] #infallible));
    quote!(#(#cfgs)* type StartError = #error; #otherwise)
}

// Input:  #[cfg(unix)]
// Output: unix
// Input:  #[cfg_attr(unix, cfg(test))]
// Output: any(not(unix), all(test))
//
/// The condition of a `#[cfg(..)]`, which may be in a `cfg_attr`.
pub(super) fn condition(cfg: &Attribute) -> Option<TokenStream> {
    condition_of(&cfg.meta)
}

fn condition_of(meta: &Meta) -> Option<TokenStream> {
    let Meta::List(list) = meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return Some(list.tokens.clone());
    }
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let metas = list.parse_args_with(parser).ok()?;
    let mut metas = metas.iter();
    let when = metas.next()?;
    let then = metas.filter_map(condition_of);
    Some(quote!(any(not(#when), all(#(#then),*))))
}

// Input:  #[on_stop] async fn save(&mut self) { .. }
// Output: async fn on_stop(&mut self, _: &Context<Self>) { self.save().await }
pub(super) fn hooks(actor: &Actor) -> TokenStream {
    actor.hooks.iter().map(|hook| self::hook(actor, hook)).collect()
}

fn hook(actor: &Actor, hook: &Hook) -> TokenStream {
    let krate = &actor.krate;
    let cfgs = &hook.cfgs;
    let name = format_ident!("{}", hook.kind.name());
    let allow = hook
        .is_deprecated
        .then(|| quote!(#[allow(deprecated, reason = "a deprecated hook is still called")]));
    let (context, call) = call(hook);
    let (returned, body) = match hook.kind {
        HookKind::Start => {
            let body = match hook.error {
                Some(_) => call,
                None => quote!(#call; ::core::result::Result::Ok(())),
            };
            (Some(quote!(-> ::core::result::Result<(), Self::StartError>)), body)
        }
        HookKind::Stop | HookKind::Idle | HookKind::Release => (None, quote!(#call;)),
    };
    quote! {
        #(#cfgs)*
        #allow
        async fn #name(&mut self, #context: &#krate::Context<Self>) #returned {
            #body
        }
    }
}

/// Whether there is an `on_idle` hook, unless there always is. Without one, the loop skips the call.
pub(super) fn has_on_idle(actor: &Actor) -> Option<TokenStream> {
    let hooks = || actor.hooks.iter().filter(|hook| hook.kind == HookKind::Idle);
    if hooks().any(|hook| hook.cfgs.is_empty()) {
        return None;
    }
    let has_on_idle = match hooks().next() {
        None => quote!(false),
        Some(_) => {
            let each = hooks().map(|hook| {
                let conditions = hook.cfgs.iter().filter_map(condition);
                quote!(all(#(#conditions),*))
            });
            quote!(::core::cfg!(any(#(#each),*)))
        }
    };
    Some(quote!(const HAS_ON_IDLE: bool = #has_on_idle;))
}

/// The name of the context parameter, and the call to the user's method.
fn call(hook: &Hook) -> (Ident, TokenStream) {
    let context = if hook.context.is_some() { format_ident!("cx") } else { format_ident!("_") };
    let arguments = hook.context.map(|ty| arms::at(ty, quote!(#context)));
    let call = arms::call(hook.receiver, &hook.ident, hook.is_async, arguments.into_iter());
    (context, call)
}
