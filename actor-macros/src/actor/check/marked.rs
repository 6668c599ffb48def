//! Checks `#[cancel_safe]` on a handler: what becomes of an answer that nobody takes.
//!
//! The types of that answer and of the method that takes it back are for rustc to compare.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, FnArg, Meta, ReceiverKind, Safety, Signature};

use super::handler::Scope;
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
}

impl Mark<'_> {
    /// Whether `attr` is a mark, even a second one.
    pub(super) fn is(&self, attr: &Attribute) -> bool {
        options::is_cancel_safe(attr.path())
    }
}

/// Reads the mark of a method that is a handler.
pub(super) fn read<'a>(attrs: &'a [Attribute], diagnostics: &mut Diagnostics) -> Option<Mark<'a>> {
    let mut marks = attrs.iter().filter(|attr| options::is_cancel_safe(attr.path()));
    let attr = marks.next()?;
    for second in marks {
        diagnostics.report(second, "`#[cancel_safe]` is given twice", "keep one of them");
    }
    let args = match &attr.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(value) => {
            let help = "write `#[cancel_safe(undelivered = method)]`";
            diagnostics.report(value, "`#[cancel_safe]` takes its options in parentheses", help);
            TokenStream::new()
        }
    };
    Some(Mark { attr, options: Options::parse(args, diagnostics) })
}

/// What becomes of an answer of `handler` that nobody takes.
pub(super) fn check(
    handler: &Handler,
    mark: &Mark<'_>,
    items: &[Item],
    scope: &mut Scope<'_>,
) -> Option<WhenUnread> {
    let Mark { attr, options } = mark;
    let name = &handler.ident;
    let diagnostics = &mut *scope.diagnostics;
    if handler.is_final() {
        let message = format!(
            "`{name}` takes the actor, so nobody is left whom its answer could come back to"
        );
        let help = format!("leave out `#[cancel_safe]`: let `{name}` finish, or take `&mut self`");
        diagnostics.report(attr.path(), message, help);
        return None;
    }
    if let Answer::Streamed(_) = handler.answer {
        let message =
            format!("`{name}` answers with a stream, which loses nothing when it is read");
        let help = "leave out `#[cancel_safe]`: to drop `stream.next()` drops no value";
        diagnostics.report(attr.path(), message, help);
        return None;
    }
    if handler.is_run_abandoned {
        let message = format!(
            "`{name}` is to run even if its caller has gone, and `#[cancel_safe]` says that it need not"
        );
        diagnostics.report(attr.path(), message, "keep one of `run_abandoned` and `cancel_safe`");
        return None;
    }
    match &options.answer {
        Some(options::Answer::Undelivered { method, .. }) => {
            taker(handler, method, items, diagnostics);
            Some(WhenUnread::TakenBack(method.clone()))
        }
        Some(options::Answer::Idempotent { .. }) => Some(WhenUnread::Dropped),
        None if options.trusted.is_some() || handler.receiver == Receiver::Shared => {
            Some(WhenUnread::Dropped)
        }
        None => {
            let message =
                format!("`{name}` changes the actor, and its caller may be gone when it answers");
            let help = "name the method that takes the answer back, `#[cancel_safe(undelivered = ..)]`, or say that doing it twice is harmless, `#[cancel_safe(idempotent)]`";
            diagnostics.report(attr.path(), message, help);
            None
        }
    }
}

/// Looks at the method that takes an answer back, if it is in this impl.
fn taker(handler: &Handler, method: &Ident, items: &[Item], diagnostics: &mut Diagnostics) {
    let signatures = items.iter().filter_map(|item| match &item.kind {
        ItemKind::Method(found) if found.sig.ident == *method => Some(&found.sig),
        _ => None,
    });
    for sig in signatures {
        if let Some((problem, help)) = why_not(sig, handler) {
            let message = format!(
                "`{method}` {problem}, so it cannot take back what `{}` answers",
                handler.ident
            );
            diagnostics.report(method, message, help);
            return;
        }
    }
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
