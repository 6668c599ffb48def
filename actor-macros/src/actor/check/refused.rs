//! What is known of a handler that has mistakes, so that its callers get no errors besides.

use proc_macro2::{Ident, Span};
use syn::{
    FnArg, GenericParam, Generics, Lifetime, ParenthesizedGenericArguments, Pat, PatType,
    ReturnType, Signature, Type, visit::Visit,
};

use super::{
    arguments::{self, TakenReply},
    attrs, owned,
    scope::Scope,
    subject::Subject,
    types,
};
use crate::{
    actor::{
        model::{Answer, Carried, Refused},
        parse::Method,
    },
    diagnostics::Diagnostics,
    names::{self, Namer},
    syntax,
};

/// The signature of the handle's method for a handler with mistakes; `None` if the type of the reply is
/// not known.
pub(super) fn refused(
    method: &Method,
    attrs: &[syn::Attribute],
    scope: &Scope<'_>,
) -> Option<Refused> {
    let sig = &method.sig;
    let typed = || {
        sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(typed),
            FnArg::Receiver(_) => None,
        })
    };
    let reply = typed().find_map(|typed| TakenReply::from_type(typed.ty.as_ref()));
    let answer = match reply {
        Some(reply) => reply.to_answer(scope),
        None => Answer::Returned(scope.outside(&syntax::returned(sig))),
    };
    let answer = match answer {
        Answer::Returned(ty) => Answer::Returned(owned_type(ty)?),
        Answer::Deferred(ty) => Answer::Deferred(owned_type(ty)?),
        Answer::Streamed(ty) => Answer::Streamed(owned_type(ty)?),
    };
    let mut namer = Namer::default();
    let parameters = typed()
        .enumerate()
        .filter(|(_, typed)| arguments::travels(&typed.ty, scope))
        .map(|(position, typed)| (name(position, typed, &mut namer), carried(&typed.ty, scope)));
    Some(Refused {
        ident: sig.ident.clone(),
        vis: method.vis.clone(),
        cfgs: attrs::cfgs(attrs),
        generics: without_lifetimes(&sig.generics),
        parameters: parameters.collect(),
        answer,
    })
}

/// The signature without types of which there are no values, if it has one; `None` if it has none. rustc would report each
/// of them again.
pub(super) fn sized(sig: &Signature, scope: &Scope<'_>) -> Option<Signature> {
    let is_no_type = |ty: &Type| {
        types::has_unsized(ty) || types::has_trait(ty) || scope.is_context_of_another(ty)
    };
    let mut sized = sig.clone();
    let mut is_changed = false;
    for input in &mut sized.inputs {
        if let FnArg::Typed(typed) = input {
            if is_no_type(&typed.ty) {
                is_changed = true;
                *typed.ty = syn::parse_str("impl ::core::marker::Sized").ok()?;
            }
        }
    }
    if is_no_type(&syntax::returned(sig)) {
        is_changed = true;
        let ty = owned_type(scope.outside(&syntax::returned(sig)));
        sized.output = match ty {
            Some(ty) => ReturnType::Type(Default::default(), Box::new(ty)),
            None => ReturnType::Default,
        };
    }
    is_changed.then_some(sized)
}

fn name(position: usize, typed: &PatType, namer: &mut Namer) -> Ident {
    match &*typed.pat {
        Pat::Ident(pat) => namer.claim(&names::without_leading_underscores(&pat.ident)),
        pat => namer.claim(&names::argument(position + 1, pat)),
    }
}

/// What the message would carry for an argument; `None` if its type is a mistake.
fn carried(ty: &Type, scope: &Scope<'_>) -> Option<Carried> {
    let lent = match syntax::ungrouped(ty) {
        Type::Reference(reference) => owned::carried(reference),
        _ => None,
    };
    let carried = match lent {
        Some(Carried::Vec(elem)) => Carried::Vec(scope.outside(&elem)),
        Some(lent) => lent,
        None => Carried::Moved(scope.outside(ty)),
    };
    carried.users_type().is_none_or(|ty| is_correct(ty) || is_for_closures(ty)).then_some(carried)
}

/// Whether `ty` has the type of a closure in it, without which rustc cannot tell the types of the closure's arguments; it
/// has to mean the same in another method.
fn is_for_closures(ty: &Type) -> bool {
    #[derive(Default)]
    struct Search {
        has_fn: bool,
        has_lifetime: bool,
    }

    impl<'ast> Visit<'ast> for Search {
        fn visit_parenthesized_generic_arguments(
            &mut self,
            _: &'ast ParenthesizedGenericArguments,
        ) {
            self.has_fn = true;
        }

        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            self.has_lifetime |= lifetime.ident != "static";
        }
    }

    let mut search = Search::default();
    search.visit_type(ty);
    search.has_fn && !search.has_lifetime && !types::has_trait(ty)
}

/// The type, or that which its error advises.
fn owned_type(ty: Type) -> Option<Type> {
    if is_correct(&ty) {
        return Some(ty);
    }
    let advised = match syntax::ungrouped(&ty) {
        Type::Never(_) => return syn::parse_str("()").ok(),
        Type::Reference(reference) => owned::text(reference)?,
        Type::ImplTrait(ty) => owned::boxed(&ty.bounds)?,
        ty => owned::of_unsized(ty)?,
    };
    syn::parse_str(&advised).ok().filter(is_correct)
}

fn is_correct(ty: &Type) -> bool {
    let mut mistakes = Diagnostics::new();
    let handler = Ident::new("handler", Span::call_site());
    types::check(ty, Subject::Returned { handler: &handler }, &mut mistakes);
    let is_correct = mistakes.count() == 0 && !matches!(syntax::ungrouped(ty), Type::Never(_));
    mistakes.finish();
    is_correct
}

fn without_lifetimes(generics: &Generics) -> Generics {
    let is_kept = |parameter: &&GenericParam| !matches!(parameter, GenericParam::Lifetime(_));
    Generics {
        params: generics.params.iter().filter(is_kept).cloned().collect(),
        where_clause: None,
        ..generics.clone()
    }
}
