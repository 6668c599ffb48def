//! Checks a method that the loop calls.

use std::borrow::Cow;

use proc_macro2::Span;
use syn::{Attribute, FnArg, Safety, Signature, Type};

use super::{attrs, scope::Scope, subject::Subject, types};
use crate::{
    actor::{
        marker::{HookKind, MarkerKind},
        model::{Hook, Receiver},
    },
    diagnostics::Diagnostics,
    syntax,
};

/// The hook; `None` if a mistake in it was reported.
pub(super) fn check(
    sig: &Signature,
    attrs: &[Attribute],
    kind: HookKind,
    scope: &mut Scope<'_>,
) -> Option<Hook> {
    let mistakes = scope.diagnostics.count();
    let marker = &MarkerKind::Hook(kind).written();
    let travelling = attrs::travelling(attrs);
    let this = format!("`{marker}` method `{}`", sig.ident);
    attrs::refuse_unreadable(&travelling.cfgs, &this, scope.diagnostics);
    let nothing_says = ["nothing determines its parameters", "make the actor generic"];
    qualifiers(sig, marker, nothing_says, scope.diagnostics);
    if sig.receiver().is_none() && makes_actor(sig, scope) {
        let message =
            format!("`{marker}` function `{}` makes the actor, but is called on it", sig.ident);
        let help = format!(
            "remove `{marker}`, and pass what it returns to `spawn`; what `{marker}` marks takes `&mut self`"
        );
        scope.diagnostics.report(&sig.ident, message, help);
        return None;
    }
    let receiver = receiver(sig, marker, scope);
    let context = context(sig, marker, scope);
    let error = error(sig, kind, scope);
    where_clause(sig, marker, scope.diagnostics);
    if scope.diagnostics.count() > mistakes {
        return None;
    }
    Some(Hook {
        kind,
        ident: sig.ident.clone(),
        cfgs: travelling.cfgs,
        is_deprecated: travelling.is_deprecated,
        receiver: receiver?,
        is_async: sig.asyncness.is_some(),
        context,
        error,
    })
}

/// Reports qualifiers and parameters with which the loop cannot call a method. `generic` is the reason
/// and the help for a generic one.
pub(super) fn qualifiers(
    sig: &Signature,
    marker: &str,
    generic: [&str; 2],
    diagnostics: &mut Diagnostics,
) {
    let ident = &sig.ident;
    if let Safety::Unsafe(unsafe_token) = &sig.safety {
        let message = format!(
            "`{marker}` method `{ident}` is `unsafe`, but is called from generated code, which cannot uphold its contract"
        );
        diagnostics.report(unsafe_token, message, "make it safe");
    }
    if !sig.generics.params.is_empty() {
        let [reason, help] = generic;
        let message = format!("`{marker}` method `{ident}` is generic, but {reason}");
        diagnostics.report(&sig.generics.params, message, help);
    }
}

pub(super) fn where_clause(sig: &Signature, marker: &str, diagnostics: &mut Diagnostics) {
    if let Some(clause) = &sig.generics.where_clause {
        let message = format!(
            "`{marker}` method `{}` has a where clause, but is called regardless",
            sig.ident
        );
        diagnostics.report(clause, message, "move it to the `impl` block");
    }
}

pub(super) fn receiver(sig: &Signature, marker: &str, scope: &mut Scope<'_>) -> Option<Receiver> {
    let ident = &sig.ident;
    match sig.receiver().map(|receiver| (receiver, &receiver.kind)) {
        Some((_, syn::ReceiverKind::Reference(_, None, mutability))) => {
            return Some(if mutability.is_some() { Receiver::Exclusive } else { Receiver::Shared });
        }
        Some((receiver, _)) => {
            let message = format!(
                "`{marker}` method `{ident}` takes `{}`, but the actor is still needed afterwards",
                syntax::printed(receiver)
            );
            scope.diagnostics.report(receiver, message, "take `&mut self`");
        }
        None => {
            let message = format!("`{marker}` function `{ident}` takes no `self`");
            scope.diagnostics.report(ident, message, "take `&mut self`");
        }
    }
    None
}

/// Whether a function returns the actor, or a `Result` with it.
fn makes_actor(sig: &Signature, scope: &Scope<'_>) -> bool {
    let returned = syntax::returned(sig);
    let arguments = syntax::last_segment(&returned).map(syntax::type_arguments).unwrap_or_default();
    scope.is_self(&returned) || arguments.first().is_some_and(|ty| scope.is_self(ty))
}

/// Where the hook takes the context, if it does. Any other parameter is reported.
fn context(sig: &Signature, marker: &str, scope: &mut Scope<'_>) -> Option<Span> {
    let mut context = None;
    for argument in &sig.inputs {
        let FnArg::Typed(typed) = argument else {
            continue;
        };
        if context.is_none() && scope.is_context(&typed.ty) {
            context = Some(syntax::name_span(&typed.ty));
            continue;
        }
        let message = format!(
            "`{marker}` method `{}` takes an argument, but is called without one",
            sig.ident
        );
        let help = "take only `&Context<Self>`, and keep what it needs in fields of the actor";
        scope.diagnostics.report(typed, message, help);
    }
    context
}

/// Reports a return type other than `()`.
pub(super) fn returns_nothing(
    sig: &Signature,
    marker: &str,
    help: &str,
    diagnostics: &mut Diagnostics,
) {
    let returned = syntax::returned(sig);
    if !syntax::is_unit(&returned) {
        unread(sig, marker, &returned, help, diagnostics);
    }
}

fn unread(
    sig: &Signature,
    marker: &str,
    returned: &Type,
    help: &str,
    diagnostics: &mut Diagnostics,
) {
    let message = format!(
        "`{marker}` method `{}` returns `{}`, but the value is not used",
        sig.ident,
        syntax::printed(returned)
    );
    diagnostics.report(returned, message, help);
}

/// The `E` of a hook that may fail and returns `Result<(), E>`.
fn error(sig: &Signature, kind: HookKind, scope: &mut Scope<'_>) -> Option<Type> {
    let marker = &MarkerKind::Hook(kind).written();
    if !kind.may_fail() {
        returns_nothing(sig, marker, "return nothing", scope.diagnostics);
        return None;
    }
    let returned: Cow<'_, Type> = syntax::returned(sig);
    if syntax::is_unit(&returned) {
        return None;
    }
    let segment = syntax::last_segment(&returned).filter(|segment| segment.ident == "Result");
    let arguments = segment.map(syntax::type_arguments).unwrap_or_default();
    match arguments[..] {
        [ok, error] if syntax::is_unit(ok) => {
            types::check(error, Subject::StartError { hook: &sig.ident }, scope.diagnostics);
            return Some(scope.outside(error));
        }
        [ok] if syntax::is_unit(ok) => {
            let message = format!(
                "`{marker}` method `{}` returns `{}`, which does not name its error",
                sig.ident,
                syntax::printed(&*returned)
            );
            let help = format!("return `Result<(), {}>`", error_beside(&returned));
            scope.diagnostics.report(&*returned, message, help);
        }
        _ => {
            let help = "return nothing, or `Result<(), E>`";
            unread(sig, marker, &returned, help, scope.diagnostics);
        }
    }
    None
}

/// The error type that an alias such as `io::Result<()>` probably stands for.
fn error_beside(alias: &Type) -> String {
    let Type::Path(path) = syntax::ungrouped(alias) else {
        return "E".to_owned();
    };
    let modules: Vec<String> =
        path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match modules.split_last() {
        Some((_, [])) | None => "E".to_owned(),
        Some((_, modules)) => format!("{}::Error", modules.join("::")),
    }
}
