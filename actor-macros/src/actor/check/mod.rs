//! Syntax to model: checks that the impl block describes an actor.
//!
//! All mistakes are reported, in source order. The correct parts get into the model all the same.

mod arguments;
mod attrs;
mod handler;
mod header;
mod hook;
mod items;
mod marked;
mod markers;
mod options;
mod outside;
mod owned;
mod refused;
mod remote;
mod scope;
mod source;
mod subject;
mod types;
mod visibility;

use syn::Generics;

pub(super) use self::header::not_an_impl;
use self::{items::Items, outside::WithoutSelf, scope::Scope};
use super::{
    generics,
    model::{Actor, Carried, Handler, Model},
    parse::ActorImpl,
};
use crate::{diagnostics::Diagnostics, names, options::Options, syntax};

pub(super) fn actor(args: Options, syntax: &ActorImpl, diagnostics: &mut Diagnostics) -> Model {
    let name = syntax::last_segment(&syntax.self_ty).map(|segment| &segment.ident);
    let options = options::check(args, name, diagnostics);
    let Some(ident) = header::check(syntax, diagnostics) else {
        return Model { items: items::as_written(&syntax.items), actor: None };
    };
    let syntax = &*outside::without_actors_lifetimes(syntax);
    let self_ty = syntax::ungrouped(&syntax.self_ty);
    let message = options.message.unwrap_or_else(|| names::suffixed(&ident, "Message"));
    let handle = options.handle.unwrap_or_else(|| names::suffixed(&ident, "Handle"));

    let mut checked = Items::check(&message, &syntax.items, Scope { self_ty, diagnostics });
    if !syntax.has_stray {
        checked.refuse_none(&ident, self_ty);
    }
    let unconstrained = generics::unconstrained(&syntax.generics, self_ty);
    checked.refuse_all(&unconstrained);
    let Items { items, handlers, refused, sources, hooks, .. } = checked;
    source::check_first(options.first_key.as_ref(), &sources, diagnostics);
    if options.messages_if.is_none() {
        handler::check_always(&handlers, diagnostics);
    }
    let messages_if = source::messages_if(options.messages_if, &sources, diagnostics);
    let busy_if = source::busy_if(options.busy_if, &sources, diagnostics);

    let generics = WithoutSelf { self_ty }.rewrite_generics(&syntax.generics);
    let generics = generics::without(generics, &unconstrained);
    let carried = carried(&generics, &handlers);
    let remote = remote::check(options.remote, &ident, &handlers, &carried, diagnostics);
    let actor = Actor {
        krate: options.krate,
        attrs: attrs::of_everything(&syntax.attrs),
        cfgs: attrs::cfgs(&syntax.attrs),
        vis: visibility::widest(&handlers),
        ty: self_ty.clone(),
        undelivered: names::suffixed(&ident, "Undelivered"),
        at_rest: names::suffixed(&ident, "AtRest"),
        ident,
        generics,
        carried,
        message,
        handle,
        mailbox: options.mailbox,
        threads: options.threads,
        is_inline: options.is_inline,
        handlers,
        refused,
        sources,
        first: options.first,
        messages_if,
        busy_if,
        is_kept_alive: options.is_kept_alive,
        hooks,
        remote,
    };
    Model { items, actor: Some(actor) }
}

/// The generics of the message and the handle.
fn carried(generics: &Generics, handlers: &[Handler]) -> Generics {
    let fields = handlers.iter().flat_map(Handler::fields).map(|field| &field.carried);
    let answers = handlers.iter().map(|handler| handler.answer.ty());
    let types: Vec<_> = fields.filter_map(Carried::users_type).chain(answers).collect();
    generics::mentioned(generics, &types)
}
