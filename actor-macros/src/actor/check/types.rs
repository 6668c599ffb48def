//! Checks that a type can be named outside of its method, and borrows nothing.

use proc_macro2::Ident;
use syn::{
    BoundLifetimes, GenericArgument, GenericParam, Lifetime, ParenthesizedGenericArguments, Path,
    PathArguments, PathSegment, TraitBound, Type, TypeFnPtr, TypeImplTrait, TypeInfer,
    TypeReference,
    visit::{self, Visit},
};

use super::subject::Subject;
use crate::{diagnostics::Diagnostics, syntax};

/// Reports every part of `ty` that cannot be in a message or a reply.
pub(super) fn check(ty: &Type, subject: Subject<'_>, diagnostics: &mut Diagnostics) {
    if is_unsized(ty) {
        subject.report_unsized(ty, diagnostics);
        return;
    }
    TypeCheck { subject, bound: Vec::new(), diagnostics }.visit_type(ty);
}

/// Whether `ty` can only be used behind a pointer.
fn is_unsized(ty: &Type) -> bool {
    match syntax::ungrouped(ty) {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.qself.is_none() && path.path.is_ident("str"),
        _ => false,
    }
}

struct TypeCheck<'a> {
    subject: Subject<'a>,
    /// The lifetimes of the `for<'a>`s around the current type.
    bound: Vec<Ident>,
    diagnostics: &'a mut Diagnostics,
}

impl TypeCheck<'_> {
    fn may_stay(&self, lifetime: &Lifetime) -> bool {
        lifetime.ident == "static" || self.bound.contains(&lifetime.ident)
    }
}

impl<'ast> Visit<'ast> for TypeCheck<'_> {
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        match &reference.lifetime {
            Some(lifetime) if self.may_stay(lifetime) => {
                visit::visit_type_reference(self, reference);
            }
            _ => self.subject.report_borrow(reference, self.diagnostics),
        }
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if !self.may_stay(lifetime) {
            self.subject.report_lifetime(lifetime, self.diagnostics);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        match hidden_borrow(path) {
            Some((segment, HiddenBorrow::Cow)) => {
                self.subject.report_cow(segment, self.diagnostics);
            }
            Some((segment, HiddenBorrow::Guard)) => {
                self.subject.report_guard(segment, self.diagnostics);
            }
            None => visit::visit_path(self, path),
        }
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        self.subject.report_impl_trait(ty, self.diagnostics);
    }

    fn visit_type_infer(&mut self, ty: &'ast TypeInfer) {
        self.subject.report_inferred(ty, self.diagnostics);
    }

    fn visit_trait_bound(&mut self, bound: &'ast TraitBound) {
        let outer = self.bound.len();
        self.bound.extend(bound.lifetimes.iter().flat_map(lifetimes));
        self.visit_path(&bound.path);
        self.bound.truncate(outer);
    }

    // `fn(&str)` and `Fn(&str)` themselves borrow nothing.
    fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}

    // The length of an array cannot borrow.
    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}

enum HiddenBorrow {
    Cow,
    /// Of a lock, whatever library it is of.
    Guard,
}

/// The type at the end of `path`, if it is a well-known one that borrows, and its lifetime is not written. rustc reports
/// these in several places.
///
/// A user's own type may have the same name. With a path to another module it is not mistaken.
fn hidden_borrow(path: &Path) -> Option<(&PathSegment, HiddenBorrow)> {
    let last = path.segments.last().filter(|last| lacks_lifetime(last))?;
    let before = path.segments.iter().rev().nth(1).map(|before| before.ident.to_string());
    let is_in = |modules: &[&str]| before.as_deref().is_none_or(|before| modules.contains(&before));
    match last.ident.to_string().as_str() {
        "Cow" if is_in(&["borrow"]) => Some((last, HiddenBorrow::Cow)),
        "MutexGuard" | "RwLockReadGuard" | "RwLockWriteGuard"
            if is_in(&["sync", "parking_lot"]) =>
        {
            Some((last, HiddenBorrow::Guard))
        }
        _ => None,
    }
}

fn lifetimes(bound: &BoundLifetimes) -> impl Iterator<Item = Ident> {
    bound.lifetimes.iter().filter_map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => Some(parameter.lifetime.ident.clone()),
        GenericParam::Type(_) | GenericParam::Const(_) => None,
    })
}

fn lacks_lifetime(segment: &PathSegment) -> bool {
    match &segment.arguments {
        PathArguments::AngleBracketed(list) => {
            !list.args.iter().any(|argument| matches!(argument, GenericArgument::Lifetime(_)))
        }
        PathArguments::None | PathArguments::Parenthesized(_) => false,
    }
}
