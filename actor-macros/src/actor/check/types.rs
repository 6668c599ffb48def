//! Checks that a type can be named outside of its method, and borrows nothing.

use proc_macro2::Ident;
use syn::{
    BoundLifetimes, GenericArgument, GenericParam, Lifetime, ParenthesizedGenericArguments, Path,
    PathArguments, PathSegment, TraitBound, Type, TypeFnPtr, TypeImplTrait, TypeInfer,
    TypeParamBound, TypeReference, TypeTraitObject, TypeTuple,
    visit::{self, Visit},
};

use super::{owned, subject::Subject};
use crate::{actor::std_types, diagnostics::Diagnostics, syntax};

/// Reports every part of `ty` that cannot be in a message or a reply.
pub(super) fn check(ty: &Type, subject: Subject<'_>, diagnostics: &mut Diagnostics) {
    if is_unsized(ty) {
        subject.report_unsized(ty, subject.lent_or_owned(ty), diagnostics);
    } else {
        TypeCheck { subject, bound: Vec::new(), diagnostics }.visit_type(ty);
    }
}

/// Whether there are no values of `ty`, because it is a type without a size, or one that holds values of such a type.
pub(super) fn has_unsized(ty: &Type) -> bool {
    is_unsized(ty)
        || match syntax::ungrouped(ty) {
            Type::Tuple(tuple) => tuple.elems.iter().any(has_unsized),
            ty => syntax::last_segment(ty).is_some_and(|segment| {
                std_types::holds_values(segment)
                    && syntax::type_arguments(segment).into_iter().any(has_unsized)
            }),
        }
}

/// Whether a part of `ty` is a trait.
pub(super) fn has_trait(ty: &Type) -> bool {
    struct Search(bool);

    impl<'ast> Visit<'ast> for Search {
        fn visit_type(&mut self, ty: &'ast Type) {
            self.0 |= std_types::is_trait(ty);
            visit::visit_type(self, ty);
        }

        // rustc reports what is in the length of an array.
        fn visit_expr(&mut self, _: &'ast syn::Expr) {}
    }

    let mut search = Search(false);
    search.visit_type(ty);
    search.0
}

/// Whether `ty` can only be used behind a pointer.
pub(super) fn is_unsized(ty: &Type) -> bool {
    match syntax::ungrouped(ty) {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.qself.is_none() && std_types::is_unsized_path(&path.path),
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
    /// Checks the type of values in a value.
    fn sized(&mut self, ty: &Type) {
        if is_unsized(ty) {
            let owned = self.subject.use_owned(owned::of_unsized(ty));
            self.subject.report_unsized(ty, owned, self.diagnostics);
        } else {
            self.visit_type(ty);
        }
    }

    fn may_stay(&self, lifetime: &Lifetime) -> bool {
        lifetime.ident == "static" || self.bound.contains(&lifetime.ident)
    }
}

impl<'ast> Visit<'ast> for TypeCheck<'_> {
    fn visit_type(&mut self, ty: &'ast Type) {
        if std_types::is_trait(ty) {
            let help = self.subject.instead_of_trait(ty);
            self.subject.report_trait(ty, help, self.diagnostics);
        } else {
            visit::visit_type(self, ty);
        }
    }

    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        match &reference.lifetime {
            // rustc reports the `_`.
            _ if matches!(syntax::ungrouped(&reference.elem), Type::Infer(_)) => {
                self.visit_type(&reference.elem);
            }
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

    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        match owned::pinned(segment) {
            Some(reference) => self.subject.report_pinned(reference, self.diagnostics),
            None if std_types::holds_values(segment) => {
                syntax::type_arguments(segment).into_iter().for_each(|ty| self.sized(ty));
            }
            None if std_types::is_pointer(segment) => {
                for ty in syntax::type_arguments(segment) {
                    match owned::trait_object(ty, &segment.ident) {
                        Some(object) => {
                            let help = format!("write `{object}`");
                            self.subject.report_trait(ty, help, self.diagnostics);
                        }
                        None => self.visit_type(ty),
                    }
                }
            }
            None => visit::visit_path_segment(self, segment),
        }
    }

    fn visit_type_trait_object(&mut self, object: &'ast TypeTraitObject) {
        let borrows = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Lifetime(lifetime) if !self.may_stay(lifetime));
        match object.bounds.iter().any(borrows).then(|| owned::object(&object.bounds)) {
            Some(Some(owned)) => self.subject.report_object(object, &owned, self.diagnostics),
            Some(None) | None => visit::visit_type_trait_object(self, object),
        }
    }

    fn visit_type_tuple(&mut self, tuple: &'ast TypeTuple) {
        tuple.elems.iter().for_each(|ty| self.sized(ty));
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        self.subject.report_impl_trait(ty, self.diagnostics);
    }

    fn visit_type_infer(&mut self, _: &'ast TypeInfer) {
        self.diagnostics.leave_to_rustc();
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

/// The type at the end of `path`, if it is a well-known one that borrows. Without a lifetime, rustc reports these in several
/// places.
///
/// A user's own type may have the same name. With a path to another module it is not mistaken, and neither is a `Cow` of what
/// is not usually borrowed.
fn hidden_borrow(path: &Path) -> Option<(&PathSegment, HiddenBorrow)> {
    let last = path.segments.last()?;
    let before = path.segments.iter().rev().nth(1).map(|before| before.ident.to_string());
    let is_in = |modules: &[&str]| before.as_deref().is_none_or(|before| modules.contains(&before));
    match last.ident.to_string().as_str() {
        "Cow" if is_in(&["borrow"]) && lacks_lifetime(last) && is_of_borrowed(last) => {
            Some((last, HiddenBorrow::Cow))
        }
        "MutexGuard" | "RwLockReadGuard" | "RwLockWriteGuard"
            if is_in(&["sync", "parking_lot"]) && is_not_static(last) =>
        {
            Some((last, HiddenBorrow::Guard))
        }
        _ => None,
    }
}

/// Whether the argument of `cow` is one of the types for which there are borrowing `Cow`s.
fn is_of_borrowed(cow: &PathSegment) -> bool {
    let is_borrowed = |ty: &Type| {
        let name = syntax::last_segment(ty).map(|last| last.ident.to_string());
        is_unsized(ty) || matches!(name.as_deref(), Some("Path" | "OsStr" | "CStr"))
    };
    syntax::type_arguments(cow).into_iter().any(is_borrowed)
}

fn lifetimes(bound: &BoundLifetimes) -> impl Iterator<Item = Ident> {
    bound.lifetimes.iter().filter_map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => Some(parameter.lifetime.ident.clone()),
        GenericParam::Type(_) | GenericParam::Const(_) => None,
    })
}

fn lacks_lifetime(segment: &PathSegment) -> bool {
    has_arguments(segment) && lifetime(segment).is_none()
}

/// Whether a type that borrows does so for less than `'static`.
fn is_not_static(segment: &PathSegment) -> bool {
    has_arguments(segment) && lifetime(segment).is_none_or(|lifetime| lifetime.ident != "static")
}

fn has_arguments(segment: &PathSegment) -> bool {
    matches!(segment.arguments, PathArguments::AngleBracketed(_))
}

/// The first lifetime among the arguments of `segment`.
fn lifetime(segment: &PathSegment) -> Option<&Lifetime> {
    let PathArguments::AngleBracketed(list) = &segment.arguments else { return None };
    list.args.iter().find_map(|argument| match argument {
        GenericArgument::Lifetime(lifetime) => Some(lifetime),
        _ => None,
    })
}
