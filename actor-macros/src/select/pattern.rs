//! Patterns that can be matched against a reference.

use syn::{
    Expr, Pat, PatIdent,
    visit_mut::{self, VisitMut},
};

/// The pattern to match `&output` with, before `output` is moved to the handler.
///
/// `mut x`, `ref x` and `&x` become `x`, which matches the same values: in a reference, the first two are
/// errors in edition 2024, and the last in every edition.
pub(super) fn tried(pattern: &Pat) -> Pat {
    let mut pattern = pattern.clone();
    Tried.visit_pat_mut(&mut pattern);
    pattern
}

struct Tried;

impl VisitMut for Tried {
    fn visit_pat_mut(&mut self, pattern: &mut Pat) {
        while let Pat::Reference(reference) = pattern {
            *pattern = (*reference.pat).clone();
        }
        visit_mut::visit_pat_mut(self, pattern);
    }

    fn visit_pat_ident_mut(&mut self, ident: &mut PatIdent) {
        ident.by_ref = None;
        ident.mutability = None;
        visit_mut::visit_pat_ident_mut(self, ident);
    }

    /// Leaves constants in patterns unchanged.
    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}
