//! Syntax to model: does the impl mean an actor?
//!
//! Everything wrong is reported, in source order. What is right gets into the model all the same.

mod arguments;
mod attrs;
mod handler;
mod header;
mod hook;
mod marked;
mod methods;
mod options;
mod source;
mod subject;
mod types;

use syn::{Generics, Token, Type, Visibility, visit_mut::VisitMut};

pub(super) use self::header::not_an_impl;
use self::{handler::Scope, methods::Methods};
use super::{
    model::{Actor, Handler},
    parse::{self, ActorImpl},
};
use crate::{diagnostics::Diagnostics, generics, lower::WithoutSelf, names, syntax};

/// The actor, unless it is in doubt what type it is.
pub(super) fn actor(
    options: parse::Options,
    syntax: &ActorImpl,
    diagnostics: &mut Diagnostics,
) -> Option<Actor> {
    let name = syntax::last_segment(&syntax.self_ty).map(|segment| &segment.ident);
    let options = options::check(options, name, diagnostics);
    let ident = header::check(syntax, diagnostics)?;
    let self_ty = syntax::ungrouped(&syntax.self_ty);
    let message = options.message.unwrap_or_else(|| names::suffixed(&ident, "Message"));
    let handle = options.handle.unwrap_or_else(|| names::suffixed(&ident, "Handle"));

    let mut methods = Methods::new(&message, &syntax.items, Scope { self_ty, diagnostics });
    for (place, item) in syntax.items.iter().enumerate() {
        methods.item(place, item);
    }
    let (handlers, sources, hooks, rewritten) = methods.finish(&ident, self_ty);
    source::check_first(options.first_key.as_ref(), &sources, diagnostics);
    let messages_if = source::messages_if(options.messages_if, &sources, diagnostics);

    let generics = without_self(&syntax.generics, self_ty);
    let carried = carried(&generics, &handlers);
    let widest = handlers.iter().map(|handler| &handler.vis).max_by_key(|vis| handler::reach(vis));
    Some(Actor {
        krate: options.krate,
        attrs: attrs::of_everything(&syntax.attrs),
        vis: widest.cloned().unwrap_or(Visibility::Public(<Token![pub]>::default())),
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
        sources,
        first: options.first,
        messages_if,
        hooks,
        rewritten,
    })
}

fn without_self(generics: &Generics, self_ty: &Type) -> Generics {
    let mut generics = generics.clone();
    WithoutSelf { self_ty }.visit_generics_mut(&mut generics);
    generics
}

/// The generics of the message and the handle.
fn carried(generics: &Generics, handlers: &[Handler]) -> Generics {
    let fields = handlers.iter().flat_map(Handler::fields).map(|field| &field.ty);
    let answers = handlers.iter().map(|handler| handler.answer.ty());
    generics::mentioned(generics, &fields.chain(answers).collect::<Vec<_>>())
}
