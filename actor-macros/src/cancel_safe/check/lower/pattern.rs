//! Patterns: which names they bind, and to what.

use syn::{
    Local, Pat, PatIdent,
    visit::{self, Visit},
};

use super::{
    super::{
        place::LocalId,
        step::{Arm, Branch, Origin, Step},
    },
    Lower, View,
};

impl Lower {
    /// `let PATTERN = VALUE else { OTHERWISE };`
    pub(super) fn local(&mut self, local: &Local) -> Step {
        let Some(init) = &local.init else {
            let binds = self.bind(&local.pat, None, None);
            return Step::Bind(binds, Box::new(Step::Idle));
        };
        let (borrowed, place) = (self.view_of(&init.expr), self.place_as_view(&init.expr));
        // `let view = &mut local` lends nothing yet; using `view` does.
        let value = match (&*init.expr, &borrowed) {
            (syn::Expr::Reference(reference), Some(_)) => self.expr(&reference.expr),
            (value, _) => self.expr(value),
        };
        if let Some((_, otherwise)) = &init.diverge {
            let otherwise = Arm {
                is_empty_handed: has_more_than_one_form(&local.pat),
                ..Arm::plain(self.expr(otherwise))
            };
            let names = self.bind(&local.pat, borrowed, place);
            let bound = Arm { binds: names, ..Arm::plain(Step::Idle) };
            let arms = vec![otherwise, bound];
            return Step::Branch(Branch { on: Box::new(value), arms });
        }
        let is_thrown_away = matches!(&local.pat, Pat::Wild(_));
        let binds = self.bind(&local.pat, borrowed, place);
        if is_thrown_away {
            return Step::Discard(Box::new(value));
        }
        Step::Bind(binds, Box::new(value))
    }

    /// The place itself, for `ref` in a pattern.
    pub(super) fn place_as_view(&self, expr: &syn::Expr) -> Option<View> {
        let (root, _) = self.place_of(expr)?;
        Some(View { root, is_mutable: true, cursor: None })
    }

    /// Gives meaning to the names of a pattern. Those that refer to a place become views of it; the
    /// others are locals, which are returned.
    pub(super) fn bind(
        &mut self,
        pattern: &Pat,
        borrowed: Option<View>,
        place: Option<View>,
    ) -> Vec<LocalId> {
        let mut locals = Vec::new();
        for name in names_in(pattern) {
            match (&borrowed, &place) {
                (Some(view), _) => self.new_view(name, view.clone()),
                (None, Some(place)) if name.is_ref => self.new_view(name, place.clone()),
                _ => locals.push(self.new_local(name, Origin::Own)),
            }
        }
        locals
    }
}

/// A name that a pattern binds.
pub(super) struct Name {
    pub(super) text: String,
    pub(super) is_mutable: bool,
    is_ref: bool,
}

/// The names that a pattern binds, each once.
pub(super) fn names_in(pattern: &Pat) -> Vec<Name> {
    let mut search = Names::default();
    search.visit_pat(pattern);
    search.found
}

#[derive(Default)]
struct Names {
    found: Vec<Name>,
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        let name = pattern.ident.to_string();
        // `None` is a pattern of the same shape, and binds nothing. Both sides of `A(x) | B(x)` bind
        // the same name.
        let is_constant = name.starts_with(char::is_uppercase);
        if !is_constant && self.found.iter().all(|known| known.text != name) {
            let (is_mutable, is_ref) = (pattern.mutability.is_some(), pattern.by_ref.is_some());
            self.found.push(Name { text: name, is_mutable, is_ref });
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}

/// Whether the pattern itself says that there was nothing to take: `None`, `Err(_)`, `false`.
pub(super) fn is_empty_handed(pattern: &Pat) -> bool {
    let named = |path: &syn::Path| {
        path.segments.last().is_some_and(|last| {
            ["None", "Err", "Pending", "Empty"].iter().any(|name| last.ident == name)
        })
    };
    match pattern {
        Pat::Ident(ident) => ident.ident == "None",
        Pat::Path(path) => named(&path.path),
        Pat::TupleStruct(tuple) => named(&tuple.path),
        Pat::Or(or) => or.cases.iter().all(is_empty_handed),
        Pat::Paren(paren) => is_empty_handed(&paren.pat),
        Pat::Lit(literal) => matches!(&literal.lit, syn::Lit::Bool(value) if !value.value),
        Pat::Guard(guard) => is_empty_handed(&guard.pat),
        _ => false,
    }
}

/// Whether what does not match is empty-handed: everything that is not `Some(..)` or `Ok(..)`.
pub(super) fn has_more_than_one_form(pattern: &Pat) -> bool {
    let Pat::TupleStruct(tuple) = pattern else { return false };
    let takes_any = tuple.elems.iter().all(|inner| matches!(inner, Pat::Ident(_) | Pat::Wild(_)));
    let named = tuple.path.segments.last();
    takes_any && named.is_some_and(|last| last.ident == "Some" || last.ident == "Ok")
}
