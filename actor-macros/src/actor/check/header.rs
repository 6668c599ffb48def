//! Checks that the item is an inherent impl of a type that can be an actor.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::PathArguments;

use crate::{actor::parse::ActorImpl, diagnostics::Diagnostics, syntax};

/// Reports an item that is not an impl block.
pub(crate) fn not_an_impl(item: &TokenStream, error: &syn::Error, diagnostics: &mut Diagnostics) {
    let mut words = item.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident),
        _ => None,
    });
    const KINDS: &[&str] =
        &["struct", "enum", "union", "trait", "mod", "fn", "type", "const", "static"];
    let mut before = words.by_ref().take_while(|word| word != "impl");
    match before.find(|word| KINDS.iter().any(|kind| word == kind)) {
        Some(keyword) => {
            let name = words.next().map_or_else(|| "Counter".to_owned(), |name| name.to_string());
            let help = match keyword.to_string().as_str() {
                "struct" | "enum" | "union" => format!("put it on `impl {name} {{ .. }}`"),
                _ => "put it on the `impl` block with the actor's methods".to_owned(),
            };
            diagnostics.report(
                &keyword,
                format!("`#[actor]` expects an `impl` block, found `{keyword}`"),
                help,
            );
        }
        None => diagnostics.report_syntax(
            error,
            "put `#[actor]` on `impl Counter { .. }`, the block with the actor's methods",
        ),
    }
}

/// The name of the actor; `None` if a mistake was reported with which it cannot be an actor at all.
pub(super) fn check(syntax: &ActorImpl, diagnostics: &mut Diagnostics) -> Option<Ident> {
    for attr in &syntax.again {
        diagnostics.report(attr, "`#[actor]` is given twice", "keep one of them");
    }
    let declared = syntax.generics.lifetimes().map(|parameter| &parameter.lifetime);
    for lifetime in declared.chain(syntax::elided_lifetimes(&syntax.self_ty)) {
        let message = format!(
            "an actor outlives the code that starts it, so it cannot borrow for `{lifetime}`"
        );
        diagnostics.report(lifetime, message, "own the data, or share it through an `Arc`");
    }
    let ty = syntax::printed(&syntax.self_ty);
    if let Some(trait_) = &syntax.trait_ {
        let message = format!(
            "`#[actor]` is on an `impl` of the trait `{}`, but handlers are inherent methods",
            syntax::printed(trait_)
        );
        diagnostics.report(trait_, message, format!("write the handlers in an `impl {ty}` block"));
        return None;
    }
    if syntax.is_never_allowed() && syntax::last_segment(&syntax.self_ty).is_some() {
        let message =
            format!("`{ty}` is a type of the standard library, and an actor is one of this crate");
        let help =
            format!("wrap it in a struct, `struct Name({ty});`, and write `impl Name {{ .. }}`");
        diagnostics.report(&syntax.self_ty, message, help);
        return None;
    }
    match syntax::last_segment(&syntax.self_ty) {
        Some(segment) if !matches!(segment.arguments, PathArguments::Parenthesized(_)) => {
            Some(segment.ident.clone())
        }
        _ => {
            let help = "wrap it in a struct, and write the `impl` block for that";
            diagnostics.report(
                &syntax.self_ty,
                format!("`{ty}` cannot be an actor because it has no name"),
                help,
            );
            None
        }
    }
}
