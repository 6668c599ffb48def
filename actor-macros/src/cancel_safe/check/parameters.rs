//! What the arguments of a function stand for: something the caller keeps, or something that it has
//! given away.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{
    Expr, ExprField, FnArg, GenericArgument, Index, Member, Pat, PathArguments, Receiver,
    ReceiverKind, Signature, Token, Type, spanned::Spanned,
};

use super::{
    look::Look,
    place, report,
    scope::{self, Kind, Made},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// By `&mut`: the caller keeps it, and the call may change it.
    Lent,
    /// By `&`, or a shared handle.
    Shared,
    /// By value. Its type has to say whether it is lost with the call.
    Owned,
}

pub(super) fn given(ty: &Type) -> Given {
    match ty {
        Type::Reference(reference) if reference.mutability.is_some() => Given::Lent,
        Type::Reference(reference) => match given(&reference.elem) {
            Given::Lent => Given::Lent,
            _ => Given::Shared,
        },
        Type::Ptr(_) => Given::Lent,
        Type::Paren(paren) => given(&paren.elem),
        Type::Group(group) => given(&group.elem),
        Type::Array(array) => given(&array.elem),
        Type::Tuple(tuple) => all(&tuple.elems),
        Type::Path(path) => given_path(&path.path),
        _ => Given::Owned,
    }
}

/// `Pin<&mut Self>` and `Option<&mut T>` are what is in them.
fn given_path(path: &syn::Path) -> Given {
    let Some(last) = path.segments.last() else { return Given::Owned };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Given::Owned };
    // Also as `self`, which cannot be asked.
    if last.ident == "Arc" || last.ident == "Rc" {
        return Given::Shared;
    }
    if last.ident != "Pin" && last.ident != "Option" {
        return Given::Owned;
    }
    all(arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }))
}

/// What a value is that has all of these in it.
fn all<'t>(types: impl IntoIterator<Item = &'t Type>) -> Given {
    types.into_iter().fold(Given::Shared, |all, ty| match (all, given(ty)) {
        (Given::Owned, _) | (_, Given::Owned) => Given::Owned,
        (Given::Lent, _) | (_, Given::Lent) => Given::Lent,
        _ => Given::Shared,
    })
}

/// Whether an element of a tuple is lent by `&mut`.
fn lends_part(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.iter().any(|ty| {
        given(ty) == Given::Lent || lends_part(ty)
    }))
}

impl Look<'_> {
    pub(super) fn parameters(&mut self, signature: &Signature, are_lost: bool) {
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(receiver) => self.receiver(receiver, are_lost),
                FnArg::Typed(parameter) => {
                    let given = given(&parameter.ty);
                    let lends = given == Given::Lent || lends_part(&parameter.ty);
                    let kind = if lends { Kind::Outside } else { Kind::Looked };
                    for (name, is_mutable) in scope::names_in(&parameter.pat) {
                        // What is shared may be changed all the same.
                        let from =
                            if kind == Kind::Looked { vec![name.clone()] } else { Vec::new() };
                        self.scope.add(
                            &name,
                            is_mutable,
                            self.turn,
                            Made { from, ..Made::of(kind) },
                        );
                    }
                    if given == Given::Owned && are_lost {
                        self.ask_argument(&parameter.pat, &parameter.ty);
                    }
                }
            }
        }
    }

    fn receiver(&mut self, receiver: &Receiver, are_lost: bool) {
        let given = match &receiver.kind {
            ReceiverKind::Reference(_, _, None) => Given::Shared,
            ReceiverKind::Reference(_, _, Some(_)) => Given::Lent,
            ReceiverKind::Typed(_, ty) => given(ty),
            _ => Given::Owned,
        };
        let kind = if given == Given::Shared { Kind::Looked } else { Kind::Outside };
        self.scope.add("self", false, 0, Made::of(kind));
        if given == Given::Owned && are_lost {
            self.refuse(&receiver.self_token, report::loses_self());
        }
    }

    /// An argument by value: a copy or a shared handle, which its type has to say. Of a tuple, each element
    /// is asked.
    fn ask_argument(&mut self, pattern: &Pat, ty: &Type) {
        match (pattern, ty) {
            _ if given(ty) != Given::Owned => {}
            (Pat::Tuple(pattern), Type::Tuple(ty)) if pattern.elems.len() == ty.elems.len() => {
                pattern
                    .elems
                    .iter()
                    .zip(&ty.elems)
                    .for_each(|(pat, ty)| self.ask_argument(pat, ty));
            }
            (Pat::Ident(name), Type::Tuple(ty)) => {
                for (index, _) in ty.elems.iter().enumerate().filter(|(_, ty)| is_owned(ty)) {
                    let element = ExprField {
                        attrs: Vec::new(),
                        base: Box::new(Expr::Path(place::variable(name.ident.clone()))),
                        dot_token: Token![.](name.ident.span()),
                        member: Member::Unnamed(Index::from(index)),
                    };
                    self.model.arguments.push(element.into_token_stream());
                }
            }
            _ => {
                for (name, _) in scope::names_in(pattern) {
                    self.model
                        .arguments
                        .push(Ident::new(&name, pattern.span()).into_token_stream());
                }
            }
        }
    }
}

fn is_owned(ty: &Type) -> bool {
    given(ty) == Given::Owned
}
