//! Checks `#[actor(remote)]`: which handlers other processes can call.

use proc_macro2::Ident;
use syn::{GenericParam, Generics, Path, TypeReference, visit::Visit};

use super::owned;
use crate::{
    actor::model::{Handler, Remote},
    diagnostics::Diagnostics,
    names, syntax,
};

/// The longest list of arguments that `actor_remote` has code for.
const MOST: usize = 12;

/// The handle for other processes; `None` if there is none.
pub(super) fn check(
    option: Option<(Ident, Path)>,
    actor: &Ident,
    handlers: &[Handler],
    carried: &Generics,
    diagnostics: &mut Diagnostics,
) -> Option<Remote> {
    for handler in handlers {
        options(handler, option.is_some(), diagnostics);
    }
    let (key, krate) = option?;
    if !carried.params.is_empty() {
        let names = carried.params.iter().map(|parameter| match parameter {
            GenericParam::Lifetime(lifetime) => syntax::printed(&lifetime.lifetime),
            GenericParam::Type(ty) => ty.ident.to_string(),
            GenericParam::Const(constant) => constant.ident.to_string(),
        });
        let list = names.collect::<Vec<_>>().join(", ");
        let message = format!(
            "a remote handle has no parameters, and the messages of `{actor}` mention `{list}`"
        );
        diagnostics.report(key, message, "remove `remote`, or the parameters");
        return None;
    }
    let mistakes = diagnostics.count();
    for handler in handlers.iter().filter(|handler| handler.is_remote()) {
        arguments(handler, diagnostics);
        references(handler, diagnostics);
    }
    let handle = names::suffixed(actor, "Remote");
    (diagnostics.count() == mistakes).then_some(Remote { krate, handle })
}

fn options(handler: &Handler, is_served: bool, diagnostics: &mut Diagnostics) {
    let name = &handler.ident;
    let given = [(&handler.local, "local"), (&handler.remote, "remote")];
    for (option, text) in given.iter().filter_map(|(option, text)| Some((option.as_ref()?, text))) {
        let help = format!("remove `{text}`");
        let message = match (is_served, *text, handler.is_final()) {
            (false, ..) => {
                let help = format!("remove `{text}`, or write `#[actor(remote)]`");
                let message = format!("`{text}` has no effect: the actor is not `remote`");
                diagnostics.report(option, message, help);
                continue;
            }
            (true, "local", true) => {
                format!("handler `{name}` takes `self`, so it is local without the option")
            }
            (true, "remote", false) => format!("handler `{name}` is remote without the option"),
            (true, ..) => continue,
        };
        diagnostics.report(option, message, help);
    }
}

/// Reports references, which live in one process.
fn references(handler: &Handler, diagnostics: &mut Diagnostics) {
    let arguments = handler.fields().filter_map(|field| field.carried.users_type());
    for ty in arguments.chain([handler.answer.ty()]) {
        let mut found = Reference(None);
        found.visit_type(ty);
        let Some(reference) = found.0 else { continue };
        let message = format!(
            "remote handler `{}` has a reference here, and other processes cannot have it",
            handler.ident
        );
        let owned = owned::text(&reference)
            .map_or_else(|| "use an owned type".to_owned(), |owned| format!("use `{owned}`"));
        let help = format!("{owned}, or mark the handler `#[handler(local)]`");
        diagnostics.report(reference, message, help);
    }
}

/// The first reference in a type.
struct Reference(Option<TypeReference>);

impl<'a> Visit<'a> for Reference {
    fn visit_type_reference(&mut self, reference: &'a TypeReference) {
        self.0.get_or_insert_with(|| reference.clone());
    }
}

fn arguments(handler: &Handler, diagnostics: &mut Diagnostics) {
    let name = &handler.ident;
    let count = handler.fields().count();
    if count > MOST {
        let message = format!(
            "remote handler `{name}` has {count} arguments, and at most {MOST} are possible"
        );
        let help = "make a struct of them, or mark the handler `#[handler(local)]`";
        diagnostics.report(name, message, help);
    }
    if let Some(field) = handler.fields().find(|field| !field.cfgs.is_empty()) {
        let message = format!(
            "argument `{}` of remote handler `{name}` has a condition, and other processes may be built with others",
            field.ident
        );
        let help = "remove the condition, or mark the handler `#[handler(local)]`";
        diagnostics.report(&field.ident, message, help);
    }
}
