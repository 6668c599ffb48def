//! What the parameters of a function stand for: something the caller keeps, or something that it
//! has given away (CS6).

use syn::{
    FnArg, GenericArgument, GenericParam, Generics, Pat, PathArguments, Receiver, ReceiverKind,
    Signature, Type, TypeParamBound, WherePredicate, punctuated::Punctuated, token::Plus,
};

use super::{
    super::{
        known,
        place::{Caret, Path, Root},
        step::Origin,
    },
    Lower, View,
    pattern::names_in,
};

enum Given {
    /// A reference: the caller keeps what it refers to.
    Borrowed { is_mutable: bool },
    /// As good as copied.
    Copied,
    /// Gone, when the call is dropped.
    Owned,
}

impl Lower {
    /// Names the parameters. Returns `self` if the call owns it.
    pub(super) fn parameters(&mut self, signature: &Signature) -> Option<Caret> {
        let mut owned_self = None;
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(receiver) => owned_self = self.receiver(receiver),
                FnArg::Typed(parameter) => {
                    let given = given(&parameter.ty, &signature.generics);
                    self.parameter(&parameter.pat, &given);
                }
            }
        }
        owned_self
    }

    fn receiver(&mut self, receiver: &Receiver) -> Option<Caret> {
        let given = match &receiver.kind {
            ReceiverKind::Value => Given::Owned,
            ReceiverKind::Reference(_, _, mutability) => {
                Given::Borrowed { is_mutable: mutability.is_some() }
            }
            ReceiverKind::Typed(_, ty) => given(ty, &Generics::default()),
            _ => Given::Owned,
        };
        let is_mutable = match given {
            Given::Borrowed { is_mutable } => is_mutable,
            // `self: Arc<Self>`: what it shares lives on.
            Given::Copied => false,
            Given::Owned => true,
        };
        // What is in an owned `self` is lost as a whole, and is reported as a whole.
        self.new_self(outside("self", is_mutable));
        matches!(given, Given::Owned).then(|| self.caret(&receiver.self_token))
    }

    fn parameter(&mut self, pattern: &Pat, given: &Given) {
        for name in names_in(pattern) {
            match given {
                Given::Borrowed { is_mutable } => {
                    let view = outside(&name.text, *is_mutable);
                    self.new_view(name, view);
                }
                Given::Copied => {
                    self.new_local(name, Origin::Own);
                }
                Given::Owned => {
                    self.new_local(name, Origin::Argument);
                }
            }
        }
    }
}

fn outside(name: &str, is_mutable: bool) -> View {
    let path = Path { text: name.to_owned(), is_mutable };
    View { root: Root::Outside(path), is_mutable, cursor: None }
}

fn given(ty: &Type, generics: &Generics) -> Given {
    match ty {
        Type::Reference(reference) => {
            Given::Borrowed { is_mutable: reference.mutability.is_some() }
        }
        Type::Ptr(_) => Given::Borrowed { is_mutable: true },
        Type::Paren(paren) => given(&paren.elem, generics),
        Type::Group(group) => given(&group.elem, generics),
        Type::Tuple(tuple) => all_of(tuple.elems.iter(), generics),
        Type::Array(array) => given(&array.elem, generics),
        Type::ImplTrait(ty) if has_copied_bound(&ty.bounds) => Given::Copied,
        Type::FnPtr(_) => Given::Copied,
        Type::Path(path) => given_path(&path.path, generics),
        _ => Given::Owned,
    }
}

fn given_path(path: &syn::Path, generics: &Generics) -> Given {
    let Some(last) = path.segments.last() else { return Given::Owned };
    let name = last.ident.to_string();
    if known::is_copied(&name) || is_copied_parameter(path, generics) {
        return Given::Copied;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Given::Owned };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    match name.as_str() {
        // `Pin<&mut Self>` and `Option<&T>` are what is in them.
        "Pin" => types.next().map_or(Given::Owned, |ty| given(ty, generics)),
        "Option" => all_of(types, generics),
        _ => Given::Owned,
    }
}

/// Several values at once: copied if nothing of them is owned.
fn all_of<'a>(types: impl Iterator<Item = &'a Type>, generics: &Generics) -> Given {
    let mut types = types.map(|ty| given(ty, generics));
    if types.any(|given| matches!(given, Given::Owned)) { Given::Owned } else { Given::Copied }
}

/// Whether `path` is a generic parameter with a bound that says that nothing is lost with it.
fn is_copied_parameter(path: &syn::Path, generics: &Generics) -> bool {
    let Some(ident) = path.get_ident() else { return false };
    let in_list = generics.params.iter().any(|parameter| {
        matches!(parameter, GenericParam::Type(parameter)
            if parameter.ident == *ident && has_copied_bound(&parameter.bounds))
    });
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let mut in_where = predicates.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => Some(predicate),
        _ => None,
    });
    in_list
        || in_where.any(|predicate| {
            matches!(&predicate.bounded_ty, Type::Path(bounded) if bounded.path.is_ident(ident))
                && has_copied_bound(&predicate.bounds)
        })
}

fn has_copied_bound(bounds: &Punctuated<TypeParamBound, Plus>) -> bool {
    bounds.iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .is_some_and(|last| known::bound_is_copied(&last.ident.to_string())),
        _ => false,
    })
}
