//! What the arguments of a function stand for: something the caller keeps, or something that it has
//! given away.

use syn::{GenericParam, Generics, Type, TypeParamBound};

use super::names;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// By `&mut`: the caller keeps it, and the call may change it.
    Lent,
    /// By `&`, or a copy, or a shared handle.
    Shared,
    /// By value. Its type has to say whether it is a copy.
    Owned,
}

pub(super) fn given(ty: &Type, generics: &Generics) -> Given {
    match ty {
        Type::Reference(reference) if reference.mutability.is_some() => Given::Lent,
        Type::Reference(reference) => match given(&reference.elem, generics) {
            Given::Lent => Given::Lent,
            _ => Given::Shared,
        },
        Type::Ptr(_) => Given::Lent,
        Type::FnPtr(_) => Given::Shared,
        Type::Paren(paren) => given(&paren.elem, generics),
        Type::Group(group) => given(&group.elem, generics),
        Type::Array(array) => given(&array.elem, generics),
        Type::Tuple(tuple) => {
            tuple.elems.iter().fold(Given::Shared, |all, ty| worse(all, given(ty, generics)))
        }
        Type::Path(path) => given_path(&path.path, generics),
        _ => Given::Owned,
    }
}

fn worse(one: Given, other: Given) -> Given {
    match (one, other) {
        (Given::Owned, _) | (_, Given::Owned) => Given::Owned,
        (Given::Lent, _) | (_, Given::Lent) => Given::Lent,
        _ => Given::Shared,
    }
}

fn given_path(path: &syn::Path, generics: &Generics) -> Given {
    let name = names::last(path);
    let Some(last) = path.segments.last() else { return Given::Owned };
    if names::KEPT.has(&name) || is_copy_parameter(path, generics) {
        return Given::Shared;
    }
    // `Pin<&mut Self>` and `Option<&mut T>` are what is in them.
    if name != "Pin" && name != "Option" {
        return Given::Owned;
    }
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return Given::Owned;
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.fold(Given::Shared, |all, ty| worse(all, given(ty, generics)))
}

/// Whether `path` is a generic parameter that is declared as `Copy`.
fn is_copy_parameter(path: &syn::Path, generics: &Generics) -> bool {
    generics.params.iter().any(|parameter| {
        let GenericParam::Type(parameter) = parameter else { return false };
        path.is_ident(&parameter.ident)
            && parameter.bounds.iter().any(|bound| {
                matches!(bound, TypeParamBound::Trait(bound) if bound.path.is_ident("Copy"))
            })
    })
}
