//! The generic parameters of generated items, and their bounds.

use std::mem;

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{
    AssocType, GenericParam, Generics, Lifetime, ParenthesizedGenericArguments, ReturnType, Token,
    TraitBound, TraitBoundModifiers, Type, TypeParamBound, TypePath, WherePredicate,
    punctuated::Punctuated,
    visit::{self, Visit},
};

use super::std_types;
use crate::{names, syntax};

/// `generics` with `'static` on each type parameter.
pub(crate) fn with_static(generics: &Generics) -> Generics {
    with_bounds(generics, &[outlives_all()])
}

/// `generics` with `Send + 'static` on each type parameter.
pub(crate) fn with_send(generics: &Generics) -> Generics {
    let send = TypeParamBound::Trait(TraitBound {
        paren_token: None,
        lifetimes: None,
        modifiers: TraitBoundModifiers::default(),
        maybe: None,
        path: names::absolute_path(&["core", "marker", "Send"]),
    });
    with_bounds(generics, &[send, outlives_all()])
}

/// `'static`
fn outlives_all() -> TypeParamBound {
    TypeParamBound::Lifetime(Lifetime::new("'static", Span::call_site()))
}

fn with_bounds(generics: &Generics, required: &[TypeParamBound]) -> Generics {
    let mut extended = generics.clone();
    for parameter in extended.type_params_mut() {
        let ty = Type::Path(TypePath {
            attrs: Vec::new(),
            qself: None,
            path: parameter.ident.clone().into(),
        });
        let in_clause = clause_bounds(generics, &ty);
        for bound in required {
            let is_same = |other: &&TypeParamBound| key(other) == key(bound);
            if !parameter
                .bounds
                .iter()
                .chain(in_clause.iter().copied())
                .any(|other| is_same(&other))
            {
                parameter.bounds.push(bound.clone());
            }
        }
    }
    extended
}

/// The bounds on `ty` in the where clause.
fn clause_bounds<'a>(generics: &'a Generics, ty: &Type) -> Vec<&'a TypeParamBound> {
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let bounds = predicates.filter_map(|predicate| match predicate {
        WherePredicate::Type(bound) if syntax::same_tokens(&bound.bounded_ty, ty) => {
            Some(&bound.bounds)
        }
        _ => None,
    });
    bounds.flatten().collect()
}

/// The last word of a bound, to recognise `Send` by any path.
fn key(bound: &TypeParamBound) -> Option<String> {
    match bound {
        TypeParamBound::Trait(bound) => {
            bound.path.segments.last().map(|last| last.ident.to_string())
        }
        TypeParamBound::Lifetime(lifetime) => Some(lifetime.to_string()),
        _ => None,
    }
}

/// The parameters that `types` mention, so that the generated item has no unused one.
///
/// Bounds that no type can need are dropped: a handle that is cloned in generic code should not require
/// what only the actor's methods need.
pub(crate) fn mentioned(generics: &Generics, types: &[&Type]) -> Generics {
    let is_mentioned = |parameter: &GenericParam| {
        name(parameter).is_some_and(|name| types.iter().any(|ty| syntax::mentions(ty, name)))
    };
    let params: Punctuated<GenericParam, Token![,]> =
        generics.params.iter().filter(|parameter| is_mentioned(parameter)).cloned().collect();
    let mut kept = Generics { params, ..generics.clone() };
    if types.iter().all(|ty| std_types::needs_no_bounds(ty, generics)) {
        drop_bounds(&mut kept);
    } else {
        keep_bounds(&mut kept, generics);
    }
    with_static(&kept)
}

/// Whether `ty` is just a type parameter.
pub(crate) fn is_parameter(ty: &Type, generics: &Generics) -> bool {
    generics.type_params().any(|parameter| is_named(ty, &parameter.ident))
}

/// Drops all bounds but `?Sized`, without which a parameter stands for fewer types than the actor's.
fn drop_bounds(generics: &mut Generics) {
    let clause = generics.where_clause.take();
    for parameter in generics.type_params_mut() {
        let ident = &parameter.ident;
        let own = mem::take(&mut parameter.bounds).into_iter();
        let in_clause =
            clause.iter().flat_map(|clause| &clause.predicates).filter_map(|predicate| {
                match predicate {
                    WherePredicate::Type(bound) if is_named(&bound.bounded_ty, ident) => {
                        Some(bound.bounds.iter().cloned())
                    }
                    _ => None,
                }
            });
        parameter.bounds = own.chain(in_clause.flatten()).filter(is_relaxed).collect();
        parameter.colon_token = (!parameter.bounds.is_empty()).then(<Token![:]>::default);
    }
}

fn is_relaxed(bound: &TypeParamBound) -> bool {
    matches!(bound, TypeParamBound::Trait(bound) if bound.maybe.is_some())
}

fn is_named(ty: &Type, ident: &Ident) -> bool {
    matches!(syntax::ungrouped(ty), Type::Path(path) if path.qself.is_none() && path.path.is_ident(ident))
}

/// Keeps the bounds that mention only kept parameters.
fn keep_bounds(kept: &mut Generics, all: &Generics) {
    let is_kept = |name: &Ident| kept.params.iter().any(|other| self::name(other) == Some(name));
    let dropped = all.params.iter().filter_map(name).filter(|name| !is_kept(name));
    let dropped: Vec<Ident> = dropped.cloned().collect();
    let has_no_dropped = |syntax: &dyn ToTokens| {
        !dropped.iter().any(|name| syntax::contains_ident(syntax.to_token_stream(), name))
    };
    for parameter in kept.type_params_mut() {
        let bounds = mem::take(&mut parameter.bounds).into_iter();
        parameter.bounds = bounds.filter(|bound| has_no_dropped(bound)).collect();
    }
    if let Some(clause) = &mut kept.where_clause {
        let predicates = mem::take(&mut clause.predicates).into_iter();
        clause.predicates = predicates.filter(|predicate| has_no_dropped(predicate)).collect();
    }
}

/// The parameters that the impl of `self_ty` may not have, because nothing says what they stand for. rustc reports them.
pub(crate) fn unconstrained(generics: &Generics, self_ty: &Type) -> Vec<Ident> {
    let mut given = Given { types: vec![self_ty] };
    given.visit_generics(generics);
    let is_given = |name: &&Ident| given.types.iter().any(|ty| syntax::mentions(ty, name));
    generics.params.iter().filter_map(name).filter(|name| !is_given(name)).cloned().collect()
}

/// The types that bounds say associated types are, besides another.
struct Given<'a> {
    types: Vec<&'a Type>,
}

impl<'ast> Visit<'ast> for Given<'ast> {
    fn visit_assoc_type(&mut self, ty: &'ast AssocType) {
        self.types.push(&ty.ty);
        visit::visit_assoc_type(self, ty);
    }

    fn visit_parenthesized_generic_arguments(&mut self, fun: &'ast ParenthesizedGenericArguments) {
        if let ReturnType::Type(_, ty) = &fun.output {
            self.types.push(ty);
        }
        visit::visit_parenthesized_generic_arguments(self, fun);
    }
}

/// `generics` without the parameters `dropped`, and without the bounds that mention them.
pub(crate) fn without(generics: Generics, dropped: &[Ident]) -> Generics {
    if dropped.is_empty() {
        return generics;
    }
    let is_kept =
        |parameter: &&GenericParam| name(parameter).is_none_or(|it| !dropped.contains(it));
    let params = generics.params.iter().filter(is_kept).cloned().collect();
    let mut kept = Generics { params, ..generics.clone() };
    keep_bounds(&mut kept, &generics);
    kept
}

/// The name of a parameter for types or values.
pub(crate) fn name(parameter: &GenericParam) -> Option<&Ident> {
    match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    }
}
