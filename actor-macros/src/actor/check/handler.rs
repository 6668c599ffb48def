//! Checks a handler.

use syn::{Generics, Safety, Signature, Type};

use super::{
    arguments::{self, Parameters},
    attrs,
    markers::Markers,
    outside,
    scope::Scope,
    subject::Subject,
    types,
};
use crate::{
    actor::{
        model::{Answer, Handler, Receiver},
        parse::Method,
    },
    diagnostics::Diagnostics,
    names, syntax,
};

/// The handler; `None` if a mistake in it was reported.
pub(super) fn check(
    method: &Method,
    attrs: &[syn::Attribute],
    markers: &Markers<'_>,
    scope: &mut Scope<'_>,
) -> Option<Handler> {
    let mistakes = scope.diagnostics.count();
    qualifiers(&method.sig, scope.diagnostics);
    target_feature(&method.sig, attrs, scope.diagnostics);
    entry_point(&method.sig, attrs, scope.diagnostics);
    parameters_of_its_own(&method.sig, scope.diagnostics);
    // Lifetimes were reported above; the other checks proceed as if they were removed.
    let sig = &outside::without_own_lifetimes(&method.sig);
    let receiver = self::receiver(sig, scope);
    let parameters = arguments::check(sig, scope);
    let answer = answer(sig, &parameters, scope);
    where_clause(sig, scope.diagnostics);
    queued(sig, receiver, &parameters, markers, scope.diagnostics);
    always_final(sig, receiver, markers, scope.diagnostics);
    if scope.diagnostics.count() > mistakes {
        return None;
    }
    Some(Handler {
        ident: sig.ident.clone(),
        variant: names::variant(&sig.ident),
        vis: method.vis.clone(),
        attrs: attrs::travelling(attrs),
        receiver: receiver?,
        is_async: sig.asyncness.is_some(),
        is_run_abandoned: markers.is_run_abandoned,
        cancel_safe: None,
        is_queued: markers.queued.is_some(),
        always: markers.always.clone(),
        is_idempotent: false,
        local: markers.local.clone(),
        remote: markers.remote.clone(),
        arguments: parameters.arguments,
        answer,
        reply: parameters.reply_name,
    })
}

fn qualifiers(sig: &Signature, diagnostics: &mut Diagnostics) {
    let handler = &sig.ident;
    if let Safety::Unsafe(unsafe_token) = &sig.safety {
        let message = format!(
            "handler `{handler}` is `unsafe`, but is called from generated code, which cannot uphold its contract"
        );
        diagnostics.report(
            unsafe_token,
            message,
            "make it safe, or remove `pub` if it is not a handler",
        );
    }
    if let Some(abi) = &sig.abi {
        let message = format!(
            "handler `{handler}` is `{}`, but only generated Rust code calls it",
            syntax::printed(abi)
        );
        diagnostics.report(abi, message, format!("remove `{}`", syntax::printed(abi)));
    }
}

fn target_feature(sig: &Signature, attrs: &[syn::Attribute], diagnostics: &mut Diagnostics) {
    let Some(attr) = attrs.iter().find(|attr| attr.path().is_ident("target_feature")) else {
        return;
    };
    let message = format!(
        "handler `{}` has target features, but is called from generated code, which has none",
        sig.ident
    );
    diagnostics.report(attr, message, "move the attribute to a function that the handler calls");
}

/// Reports `#[tokio::main]` and its like, which make a plain `fn` of an `async fn` after the macro has seen it.
fn entry_point(sig: &Signature, attrs: &[syn::Attribute], diagnostics: &mut Diagnostics) {
    let is_entry_point = |attr: &&syn::Attribute| {
        let segments = &attr.path().segments;
        let name = segments.last().map(|last| last.ident.to_string());
        segments.len() > 1 && matches!(name.as_deref(), Some("main" | "test"))
    };
    let Some(attr) = attrs.iter().find(is_entry_point) else { return };
    let path = syntax::printed(attr.path());
    let message = format!(
        "handler `{}` has `#[{path}]`, which starts a runtime, but it runs in that of its actor",
        sig.ident
    );
    diagnostics.report(attr, message, format!("remove `#[{path}]`"));
}

fn parameters_of_its_own(sig: &Signature, diagnostics: &mut Diagnostics) {
    let handler = &sig.ident;
    let Generics { params, .. } = &sig.generics;
    let Some(first) = params.first() else { return };
    let list = syntax::printed(params);
    if sig.generics.lifetimes().count() == params.len() {
        let message = format!(
            "handler `{handler}` declares lifetimes, but a message must own what it carries"
        );
        diagnostics.report(params, message, format!("remove `<{list}>` and take owned types"));
    } else {
        let message = format!(
            "handler `{handler}` is generic, but its variant of the message has fixed types"
        );
        let help = match first {
            syn::GenericParam::Type(first) if params.len() == 1 => {
                format!("replace `{}` with a type, or make the actor generic", first.ident)
            }
            _ => format!("replace `{list}` with types, or make the actor generic"),
        };
        diagnostics.report(params, message, help);
    }
}

fn where_clause(sig: &Signature, diagnostics: &mut Diagnostics) {
    // If the method has parameters of its own, the clause goes away with them.
    if let (Some(clause), true) = (&sig.generics.where_clause, sig.generics.params.is_empty()) {
        let message = format!(
            "handler `{}` has a where clause, but its messages can be sent regardless",
            sig.ident
        );
        diagnostics.report(clause, message, "move it to the `impl` block");
    }
}

/// Reports `queued` on a handler that is always queued.
fn queued(
    sig: &Signature,
    receiver: Option<Receiver>,
    parameters: &Parameters,
    markers: &Markers<'_>,
    diagnostics: &mut Diagnostics,
) {
    let Some(option) = &markers.queued else { return };
    let reason = if sig.asyncness.is_some() {
        "is an `async fn`".to_owned()
    } else if receiver == Some(Receiver::Owned) {
        "takes `self`".to_owned()
    } else if let Some(answer) = &parameters.answer {
        format!("takes `{}`", answer.printed())
    } else {
        return;
    };
    let message = format!("handler `{}` {reason}, so it is always queued", sig.ident);
    diagnostics.report(option, message, "remove `queued`");
}

/// Reports `always` on a handler that ends the actor.
fn always_final(
    sig: &Signature,
    receiver: Option<Receiver>,
    markers: &Markers<'_>,
    diagnostics: &mut Diagnostics,
) {
    if let (Some(option), Some(Receiver::Owned)) = (&markers.always, receiver) {
        let message = format!(
            "handler `{}` takes `self`, so it would end the actor ahead of the messages that are held back",
            sig.ident
        );
        diagnostics.report(option, message, "remove `always`");
    }
}

/// Reports `always` on the handlers of an actor that holds no messages back.
pub(super) fn check_always(handlers: &[Handler], diagnostics: &mut Diagnostics) {
    for handler in handlers {
        let Some(option) = &handler.always else { continue };
        let message = format!(
            "handler `{}` is `always`, but without `messages_if` no message is held back",
            handler.ident
        );
        let help = "remove `always`, or write when messages are taken: \
                    `#[actor(messages_if = self.is_ready)]`";
        diagnostics.report(option, message, help);
    }
}

fn receiver(sig: &Signature, scope: &mut Scope<'_>) -> Option<Receiver> {
    let receiver = sig.receiver()?;
    let handler = &sig.ident;
    let by_reference = |is_mut: bool| {
        if is_mut { Receiver::Exclusive } else { Receiver::Shared }
    };
    match &receiver.kind {
        syn::ReceiverKind::Value => return Some(Receiver::Owned),
        syn::ReceiverKind::Reference(_, None, mutability) => {
            return Some(by_reference(mutability.is_some()));
        }
        syn::ReceiverKind::Reference(_, Some(lifetime), _) => {
            let message = format!(
                "handler `{handler}` borrows the actor for `{lifetime}`, but can borrow it for one message only"
            );
            scope.diagnostics.report(lifetime, message, format!("remove `{lifetime}`"));
        }
        syn::ReceiverKind::Typed(_, ty) => match syntax::ungrouped(ty) {
            ty if scope.is_self(ty) => return Some(Receiver::Owned),
            Type::Reference(reference)
                if reference.lifetime.is_none() && scope.is_self(&reference.elem) =>
            {
                return Some(by_reference(reference.mutability.is_some()));
            }
            _ => {
                let message = format!(
                    "handler `{handler}` takes `self: {}`, but an actor is passed as `&self`, `&mut self` or `self`",
                    syntax::printed(ty)
                );
                scope.diagnostics.report(
                    receiver,
                    message,
                    "write `&self` or `&mut self`, or `self` to end the actor",
                );
            }
        },
        _ => scope.diagnostics.report(
            receiver,
            format!("handler `{handler}` takes `self` in a way that is not supported"),
            "write `&self` or `&mut self`, or `self` to end the actor",
        ),
    }
    None
}

fn answer(sig: &Signature, parameters: &Parameters, scope: &mut Scope<'_>) -> Answer {
    let handler = &sig.ident;
    let returned = syntax::returned(sig);
    let Some(answer) = &parameters.answer else {
        if let Type::Never(never) = syntax::ungrouped(&returned) {
            let message =
                format!("handler `{handler}` never returns, so its caller would wait forever");
            scope.diagnostics.report(never, message, "return a value for the caller, or nothing");
        }
        types::check(&returned, Subject::Returned { handler }, scope.diagnostics);
        return Answer::Returned(scope.outside(&returned));
    };
    if !syntax::is_unit(&returned) {
        let message = format!(
            "handler `{handler}` returns a value and takes `{}`, so it would reply twice",
            answer.printed()
        );
        let help = format!("return nothing, or remove the `{}`", answer.printed());
        scope.diagnostics.report(&returned, message, help);
    }
    answer.to_answer(scope)
}
