//! Checks that a type can be named outside of its method, and borrows nothing.

use proc_macro2::Ident;
use syn::{
    BoundLifetimes, GenericArgument, GenericParam, Lifetime, ParenthesizedGenericArguments,
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

/// Types that borrow a lock, whatever library they are of. If their lifetime is not written, rustc reports it in several
/// places.
const GUARDS: &[&str] = &["MutexGuard", "RwLockReadGuard", "RwLockWriteGuard"];

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

    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        if segment.ident == "Cow" && lacks_lifetime(segment) {
            self.subject.report_cow(segment, self.diagnostics);
        } else if GUARDS.iter().any(|guard| segment.ident == guard) && lacks_lifetime(segment) {
            self.subject.report_guard(segment, self.diagnostics);
        } else {
            visit::visit_path_segment(self, segment);
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
        visit::visit_path(self, &bound.path);
        self.bound.truncate(outer);
    }

    // `fn(&str)` and `Fn(&str)` themselves borrow nothing.
    fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}

    // The length of an array cannot borrow.
    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
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
