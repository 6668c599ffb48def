//! Which place an expression names, and what a reference refers to.

use syn::{Expr, ExprMethodCall, Member, UnOp};

use super::{
    super::{
        known::Manner,
        place::{LocalId, Path, Root},
    },
    Lower, Meaning, View,
};

impl Lower {
    /// The place that `expr` names, and whether naming it hands out a mutable borrow.
    ///
    /// A method that gives a reference into what it is called on names the same place:
    /// `self.slot.as_mut().unwrap()`.
    pub(super) fn place_of(&self, expr: &Expr) -> Option<(Root, bool)> {
        match expr {
            Expr::Path(path) => self.place_of_path(&path.path),
            Expr::Field(field) => {
                let (root, _) = self.place_of(&field.base)?;
                Some((extended(root, &field.member), false))
            }
            Expr::Index(index) => Some((self.place_of(&index.expr)?.0, false)),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => {
                Some((self.place_of(&unary.expr)?.0, false))
            }
            Expr::Paren(paren) => self.place_of(&paren.expr),
            Expr::Group(group) => self.place_of(&group.expr),
            Expr::Try(question) => self.place_of(&question.expr),
            Expr::Reference(reference) => {
                let (root, _) = self.place_of(&reference.expr)?;
                Some((root, reference.mutability.is_some()))
            }
            Expr::MethodCall(call) => self.place_of_method(call),
            _ => None,
        }
    }

    fn place_of_path(&self, path: &syn::Path) -> Option<(Root, bool)> {
        let Some(ident) = path.get_ident() else {
            let last = path.segments.last()?;
            return is_static(&last.ident.to_string()).then_some((Root::Static, false));
        };
        let name = ident.to_string();
        match self.meaning(&name) {
            Some(Meaning::Local(id)) => Some((Root::Local(*id), false)),
            Some(Meaning::View(view)) => Some((view.root.clone(), view.is_mutable)),
            None => is_static(&name).then_some((Root::Static, false)),
        }
    }

    fn place_of_method(&self, call: &ExprMethodCall) -> Option<(Root, bool)> {
        match Manner::of_method(&call.method.to_string()) {
            Manner::View => Some((self.place_of(&call.receiver)?.0, true)),
            // `self.slot.as_mut().unwrap()` is a place; `self.slot.unwrap()` is a copy.
            Manner::Adapt if self.view_of(&call.receiver).is_some() => {
                self.place_of(&call.receiver)
            }
            _ => None,
        }
    }

    /// The local that says which part of its place `expr` refers to.
    pub(super) fn cursor_of(&self, expr: &Expr) -> Option<LocalId> {
        match expr {
            Expr::Path(path) => match self.meaning(&path.path.get_ident()?.to_string())? {
                Meaning::View(view) => view.cursor,
                Meaning::Local(_) => None,
            },
            Expr::Field(field) => self.cursor_of(&field.base),
            Expr::Index(index) => self.cursor_of(&index.expr),
            Expr::Unary(unary) => self.cursor_of(&unary.expr),
            Expr::Paren(paren) => self.cursor_of(&paren.expr),
            _ => None,
        }
    }

    /// What the value of `expr` is a reference to, if that can be told.
    pub(super) fn view_of(&self, expr: &Expr) -> Option<View> {
        match expr {
            Expr::Reference(reference) => {
                let root = self.place_of(&reference.expr)?.0;
                Some(View { root, is_mutable: reference.mutability.is_some(), cursor: None })
            }
            Expr::MethodCall(call) => match Manner::of_method(&call.method.to_string()) {
                Manner::View => {
                    let root = self.place_of(&call.receiver)?.0;
                    Some(View { root, is_mutable: true, cursor: None })
                }
                Manner::Adapt => self.view_of(&call.receiver),
                _ => None,
            },
            Expr::Path(path) => match self.meaning(&path.path.get_ident()?.to_string())? {
                Meaning::View(view) => Some(view.clone()),
                Meaning::Local(_) => None,
            },
            Expr::Try(question) => self.view_of(&question.expr),
            Expr::Paren(paren) => self.view_of(&paren.expr),
            Expr::Group(group) => self.view_of(&group.expr),
            _ => None,
        }
        .filter(|view| !matches!(view.root, Root::Static))
    }
}

fn extended(root: Root, member: &Member) -> Root {
    let Root::Outside(path) = root else { return root };
    let member = match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    };
    Root::Outside(Path { text: format!("{}.{member}", path.text), ..path })
}

/// Statics shout.
fn is_static(name: &str) -> bool {
    name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}
