//! Checks `#[cancel_safe]` on a handler: what becomes of an answer that nobody takes.
//!
//! The types of that answer and of the method that takes it back are for rustc to compare.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, FnArg, Meta, Path, ReceiverKind, Safety, Signature};

use crate::{
    actor::{
        model::{Answer, Handler, Receiver, WhenUnread},
        parse::{Item, ItemKind},
    },
    cancel_safe::options::{self, Options},
    diagnostics::Diagnostics,
    syntax,
};

/// The mark of a method.
pub(super) struct Mark<'a> {
    attr: &'a Attribute,
    pub(super) options: Options,
    /// Whether its options could be read.
    is_readable: bool,
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

/// What becomes of an answer of `handler` that nobody takes; `None` if it cannot be marked.
///
/// With another mistake it counts as marked: those who call it need no second error.
pub(super) fn check(
    handler: &Handler,
    mark: &Mark<'_>,
    items: &[Item],
    diagnostics: &mut Diagnostics,
) -> Option<WhenUnread> {
    let Mark { attr, options, is_readable } = mark;
    let attr = attr.path();
    if !is_markable(handler, attr, diagnostics) {
        return None;
    }
    let name = &handler.ident;
    if handler.is_run_abandoned {
        let message = format!(
            "`{name}` is to run even if its caller has gone, and `#[cancel_safe]` says that it need not"
        );
        diagnostics.report(attr, message, "keep one of `run_abandoned` and `cancel_safe`");
        return Some(WhenUnread::Dropped);
    }
    match &options.answer {
        Some(options::Answer::Undelivered { method, .. }) => {
            if takes_back(handler, method, items, diagnostics) {
                return Some(WhenUnread::TakenBack(method.clone()));
            }
        }
        None if handler.receiver == Receiver::Exclusive
            && options.trusted.is_none()
            && *is_readable =>
        {
            let message =
                format!("`{name}` changes the actor, and its caller may be gone when it answers");
            let help = "name the method that takes the answer back, `#[cancel_safe(undelivered = ..)]`, or say that doing it twice is harmless, `#[cancel_safe(idempotent)]`";
            diagnostics.report(attr, message, help);
        }
        Some(options::Answer::Idempotent { .. }) | None => {}
    }
    Some(WhenUnread::Dropped)
}

/// Whether there is an answer of the handler that could come back.
fn is_markable(handler: &Handler, attr: &Path, diagnostics: &mut Diagnostics) -> bool {
    let name = &handler.ident;
    if handler.is_final() {
        let message = format!(
            "`{name}` takes the actor, so nobody is left whom its answer could come back to"
        );
        let help = "leave it out and let the call finish, or take `&mut self`";
        diagnostics.report(attr, message, help);
        return false;
    }
    if let Answer::Streamed(_) = handler.answer {
        let message =
            format!("`{name}` answers with a stream, which has no one answer to come back");
        let help = "leave it out: to drop `stream.next()` drops no value";
        diagnostics.report(attr, message, help);
        return false;
    }
    true
}

/// Whether the method can take an answer back, as far as its signature shows. If it is not in this
/// impl, rustc finds it or says that it is nowhere.
fn takes_back(
    handler: &Handler,
    method: &Ident,
    items: &[Item],
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut signatures = items.iter().filter_map(|item| match &item.kind {
        ItemKind::Method(found) if found.sig.ident == *method => Some(&found.sig),
        _ => None,
    });
    let Some((problem, help)) = signatures.find_map(|sig| why_not(sig, handler)) else {
        return true;
    };
    let name = &handler.ident;
    let message = format!("`{method}` {problem}, so it cannot take back what `{name}` answers");
    diagnostics.report(method, message, help);
    false
}

fn why_not(sig: &Signature, handler: &Handler) -> Option<(&'static str, String)> {
    let method = &sig.ident;
    let answer = syntax::printed(handler.answer.ty());
    let signature = format!("write `fn {method}(&mut self, answer: {answer})`");
    let Some(receiver) = sig.receiver() else {
        return Some(("takes no `self`", signature));
    };
    if matches!(receiver.kind, ReceiverKind::Value) {
        return Some(("takes the actor itself", signature));
    }
    if sig.asyncness.is_some() {
        let help = format!(
            "{signature}; what has to be awaited can be done by the next handler or by `#[on_idle]`"
        );
        return Some(("is an `async fn`, and nothing may be awaited between two messages", help));
    }
    if matches!(sig.safety, Safety::Unsafe(_)) {
        return Some(("is `unsafe`", signature));
    }
    let takes = sig.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_))).count();
    match takes {
        1 => None,
        0 => Some(("takes no answer", signature)),
        _ => Some(("takes more than an answer", signature)),
    }
}
