//! Checks `#[cancel_safe]` on a handler: what happens to a reply that is never read.
//!
//! The type of the reply and that of the method that takes it back are compared by rustc.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, FnArg, Meta, Path, ReceiverKind, Safety, Signature};

use super::scope::Scope;
use crate::{
    actor::{
        model::{Answer, Handler, Receiver, TakeBack, WhenUnread},
        parse::{Item, ItemKind},
    },
    cancel_safe::options::{self, Options},
    diagnostics::Diagnostics,
    syntax,
};

/// The mark of a handler.
pub(super) struct Mark<'a> {
    attr: &'a Attribute,
    pub(super) options: Options,
    /// Whether its options could be read.
    is_readable: bool,
}

impl Mark<'_> {
    pub(super) fn is_idempotent(&self) -> bool {
        matches!(self.options.answer, Some(options::Answer::Idempotent { .. }))
    }
}

/// Reads the mark of a handler.
pub(super) fn read<'a>(attr: &'a Attribute, diagnostics: &mut Diagnostics) -> Mark<'a> {
    let mistakes = diagnostics.count();
    let args = match &attr.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(value) => {
            let help = "write `#[cancel_safe(undelivered = method)]`";
            diagnostics.report(value, "`#[cancel_safe]` takes its options in parentheses", help);
            TokenStream::new()
        }
    };
    let options = Options::parse(args, diagnostics);
    Mark { attr, options, is_readable: diagnostics.count() == mistakes }
}

/// What happens to a reply of `handler` that is never read; `None` if it cannot be marked.
///
/// With another mistake it counts as marked, so that its callers get no second error.
pub(super) fn check(
    handler: &Handler,
    mark: &Mark<'_>,
    items: &[Item],
    scope: &mut Scope<'_>,
) -> Option<WhenUnread> {
    let Mark { attr, options, is_readable } = mark;
    let attr = attr.path();
    if !is_markable(handler, attr, scope.diagnostics) {
        return None;
    }
    let name = &handler.ident;
    if handler.is_run_abandoned {
        let message =
            format!("handler `{name}` cannot be both `run_abandoned` and `#[cancel_safe]`");
        let help =
            "keep `run_abandoned` if it has to run without its caller, or else `#[cancel_safe]`";
        scope.diagnostics.report(attr, message, help);
        return Some(WhenUnread::Dropped);
    }
    match &options.answer {
        Some(options::Answer::Undelivered { method, .. }) => {
            if let Some(take_back) = take_back(handler, method, items, scope) {
                return Some(WhenUnread::TakenBack(take_back));
            }
        }
        None if handler.receiver == Receiver::Exclusive
            && options.trusted.is_none()
            && *is_readable =>
        {
            let message =
                format!("handler `{name}` may change the actor, but its reply may never be read");
            let help = "name the method that takes the reply back, `#[cancel_safe(undelivered = method)]`, or state that repeating the call is harmless, `#[cancel_safe(idempotent)]`";
            scope.diagnostics.report(attr, message, help);
        }
        Some(options::Answer::Idempotent { .. }) | None => {}
    }
    Some(WhenUnread::Dropped)
}

/// Whether there is a reply that could be taken back.
fn is_markable(handler: &Handler, attr: &Path, diagnostics: &mut Diagnostics) -> bool {
    let name = &handler.ident;
    if handler.is_final() {
        let message =
            format!("handler `{name}` takes `self`, so no actor is left to take its reply back");
        let help = "remove `#[cancel_safe]`, or take `&mut self`";
        diagnostics.report(attr, message, help);
        return false;
    }
    if let Answer::Streamed(_) = handler.answer {
        let message = format!("handler `{name}` returns a stream, not one reply to take back");
        let help = "remove `#[cancel_safe]`: dropping `stream.next()` loses no value";
        diagnostics.report(attr, message, help);
        return false;
    }
    true
}

/// The method, if it can take a reply back as far as its signature shows. If it is not in this impl, rustc
/// finds it, or reports that it does not exist; it then takes a reply and nothing else.
fn take_back(
    handler: &Handler,
    method: &Ident,
    items: &[Item],
    scope: &mut Scope<'_>,
) -> Option<TakeBack> {
    let signatures: Vec<_> = signatures(method, items).collect();
    let problem = signatures.iter().find_map(|sig| why_not(sig, handler, scope));
    let Some((problem, help)) = problem else {
        let takes_context = signatures.iter().any(|sig| sig.inputs.len() == 3);
        let receiver = common_receiver(&signatures);
        return Some(TakeBack { method: method.clone(), receiver, takes_context });
    };
    let name = &handler.ident;
    let message = format!("`{method}` {problem}, so it cannot take back the reply of `{name}`");
    scope.diagnostics.report(method, message, help);
    None
}

/// How all of these methods take the actor.
fn common_receiver(signatures: &[&Signature]) -> Option<Receiver> {
    let is_mut = |sig: &&Signature| match sig.receiver()?.kind {
        ReceiverKind::Reference(_, _, mutability) => Some(mutability.is_some()),
        _ => None,
    };
    let first = signatures.first().and_then(is_mut)?;
    let is_alike = signatures.iter().all(|sig| is_mut(sig) == Some(first));
    is_alike.then_some(if first { Receiver::Exclusive } else { Receiver::Shared })
}

/// The signatures of the methods with this name: with `#[cfg]`, there may be several.
fn signatures<'a>(method: &'a Ident, items: &'a [Item]) -> impl Iterator<Item = &'a Signature> {
    items.iter().filter_map(move |item| match &item.kind {
        ItemKind::Method(found) if found.sig.ident == *method => Some(&found.sig),
        _ => None,
    })
}

fn why_not(
    sig: &Signature,
    handler: &Handler,
    scope: &Scope<'_>,
) -> Option<(&'static str, String)> {
    let method = &sig.ident;
    let reply = syntax::printed(handler.answer.ty());
    let signature = format!("write `fn {method}(&mut self, reply: {reply})`");
    let Some(receiver) = sig.receiver() else {
        return Some(("takes no `self`", signature));
    };
    if matches!(receiver.kind, ReceiverKind::Value) {
        return Some(("takes the actor itself", signature));
    }
    if sig.asyncness.is_some() {
        let help = format!(
            "{signature}; what has to be awaited can wait for the next handler or for `#[on_idle]`"
        );
        return Some(("is an `async fn`, and nothing can be awaited between two messages", help));
    }
    if matches!(sig.safety, Safety::Unsafe(_)) {
        return Some(("is `unsafe`", signature));
    }
    let typed = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&*typed.ty),
        FnArg::Receiver(_) => None,
    });
    match typed.collect::<Vec<_>>()[..] {
        [_] => None,
        [_, ty] if scope.is_context(ty) => None,
        [] => Some(("takes no reply", signature)),
        _ => {
            let help = format!("{signature}; `&Context<Self>` may follow, and nothing else");
            Some(("takes more than a reply", help))
        }
    }
}
