//! Checks a method that the loop calls.

use syn::{Attribute, FnArg, Safety, Signature, Type};

use super::{
    attrs::{self, HookKind},
    handler::{self, Scope},
    subject::Subject,
    types,
};
use crate::{
    actor::model::{Hook, Receiver},
    syntax,
};

/// The hook, unless something about it was reported.
pub(super) fn check(
    sig: &Signature,
    attrs: &[Attribute],
    kind: HookKind,
    scope: &mut Scope<'_>,
) -> Option<Hook> {
    let mistakes = scope.diagnostics.count();
    let marker = kind.marker();
    if let Safety::Unsafe(unsafe_token) = &sig.safety {
        let message = format!(
            "`{marker}` method `{}` is `unsafe`, but the loop cannot promise what that asks for",
            sig.ident
        );
        scope.diagnostics.report(unsafe_token, message, "make it safe");
    }
    if !sig.generics.params.is_empty() {
        let message =
            format!("`{marker}` method `{}` is generic, but nothing would say what for", sig.ident);
        scope.diagnostics.report(&sig.generics.params, message, "make the actor generic");
    }
    let receiver = receiver(sig, marker, scope);
    let takes_context = parameters(sig, marker, scope);
    if let Some(clause) = &sig.generics.where_clause {
        let message = format!(
            "`{marker}` method `{}` has a where clause of its own, but it is called whatever it says",
            sig.ident
        );
        scope.diagnostics.report(clause, message, "move it to the impl");
    }
    if scope.diagnostics.count() > mistakes {
        return None;
    }
    let is_async = sig.asyncness.is_some();
    let cfgs = attrs::cfgs(attrs);
    Some(Hook { ident: sig.ident.clone(), cfgs, receiver: receiver?, is_async, takes_context })
}

pub(super) fn receiver(sig: &Signature, marker: &str, scope: &mut Scope<'_>) -> Option<Receiver> {
    let ident = &sig.ident;
    match sig.receiver().map(|receiver| (receiver, &receiver.kind)) {
        Some((_, syn::ReceiverKind::Reference(_, None, mutability))) => {
            return Some(if mutability.is_some() { Receiver::Exclusive } else { Receiver::Shared });
        }
        Some((receiver, _)) => {
            let message = format!(
                "`{marker}` method `{ident}` takes `{}`, but the actor goes on after it",
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

/// Whether the hook takes the context, which is all it may take.
fn parameters(sig: &Signature, marker: &str, scope: &mut Scope<'_>) -> bool {
    let mut takes_context = false;
    for argument in &sig.inputs {
        let FnArg::Typed(typed) = argument else {
            continue;
        };
        if !takes_context && is_context(&typed.ty, scope) {
            takes_context = true;
            continue;
        }
        let message = format!(
            "`{marker}` method `{}` takes an argument, but nobody calls it with one",
            sig.ident
        );
        scope.diagnostics.report(
            typed,
            message,
            "take nothing but `&Context<Self>`, and keep what it needs in the actor",
        );
    }
    takes_context
}

pub(super) fn is_context(ty: &Type, scope: &Scope<'_>) -> bool {
    let Type::Reference(reference) = syntax::ungrouped(ty) else {
        return false;
    };
    let segment = syntax::last_segment(&reference.elem);
    reference.mutability.is_none()
        && segment.is_some_and(|segment| {
            let arguments = syntax::type_arguments(segment);
            segment.ident == "Context" && matches!(arguments[..], [actor] if scope.is_self(actor))
        })
}

/// All hooks but `#[on_start]` return nothing.
pub(super) fn returns_nothing(sig: &Signature, kind: HookKind, scope: &mut Scope<'_>) {
    let returned = handler::returned(sig);
    if !syntax::is_unit(&returned) {
        let message = format!(
            "`{}` method `{}` returns `{}`, but nobody reads it",
            kind.marker(),
            sig.ident,
            syntax::printed(&returned)
        );
        scope.diagnostics.report(returned, message, "return nothing");
    }
}

/// `#[on_start]` returns nothing or `Result<(), E>`: gives that `E`.
pub(super) fn start_error(sig: &Signature, scope: &mut Scope<'_>) -> Option<Type> {
    let returned = handler::returned(sig);
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
                "`#[on_start]` method `{}` returns `{}`, which does not name its error",
                sig.ident,
                syntax::printed(&returned)
            );
            let help = format!("return `Result<(), {}>`", error_beside(&returned));
            scope.diagnostics.report(&returned, message, help);
        }
        _ => {
            let message = format!(
                "`#[on_start]` method `{}` returns `{}`, but nobody reads it",
                sig.ident,
                syntax::printed(&returned)
            );
            scope.diagnostics.report(&returned, message, "return nothing, or `Result<(), E>`");
        }
    }
    None
}

/// The error that an alias such as `io::Result<()>` probably stands for.
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
