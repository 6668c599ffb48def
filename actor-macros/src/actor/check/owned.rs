//! Owned types for borrowed arguments.

use proc_macro2::Ident;
use syn::{
    GenericArgument, Lifetime, PathArguments, PathSegment, Token, TraitBound, TraitBoundModifiers,
    Type, TypeFnPtr, TypeImplTrait, TypeParamBound, TypePath, TypeReference, TypeTraitObject,
    TypeTuple,
    punctuated::Punctuated,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use super::types;
use crate::{
    actor::{model::Carried, std_types},
    syntax,
};

/// What a message carries for a borrowed argument; `None` if such a borrow is not supported.
pub(super) fn carried(reference: &TypeReference) -> Option<Carried> {
    if reference.lifetime.is_some() || reference.mutability.is_some() {
        return None;
    }
    let elem = match syntax::ungrouped(&reference.elem) {
        Type::Slice(slice) => return Some(Carried::Vec((*slice.elem).clone())),
        elem => syntax::last_segment(elem).filter(|segment| segment.arguments.is_none())?,
    };
    match elem.ident.to_string().as_str() {
        "str" => Some(Carried::String),
        "Path" => Some(Carried::PathBuf),
        "OsStr" => Some(Carried::OsString),
        "CStr" => Some(Carried::CString),
        _ => None,
    }
}

/// The owned type to write instead of a borrow, for a `help`; `None` if there is no such type.
pub(super) fn text(reference: &TypeReference) -> Option<String> {
    let plain = TypeReference { lifetime: None, mutability: None, ..reference.clone() };
    match (carried(&plain), syntax::ungrouped(&reference.elem)) {
        (Some(Carried::String), _) => Some("String".to_owned()),
        (Some(Carried::PathBuf), _) => Some("PathBuf".to_owned()),
        (Some(Carried::OsString), _) => Some("OsString".to_owned()),
        (Some(Carried::CString), _) => Some("CString".to_owned()),
        (Some(Carried::Vec(elem)), _) => Some(format!("Vec<{}>", owned(elem)?)),
        (
            _,
            Type::TraitObject(TypeTraitObject { bounds, .. })
            | Type::ImplTrait(TypeImplTrait { bounds, .. }),
        ) => boxed(bounds),
        (_, elem) => owned(elem.clone()),
    }
}

/// The owned type to write instead of an unsized one, for a `help`.
pub(super) fn of_unsized(ty: &Type) -> Option<String> {
    let elem = Box::new(syntax::ungrouped(ty).clone());
    text(&TypeReference {
        attrs: Vec::new(),
        and_token: Token![&](elem.span()),
        lifetime: None,
        mutability: None,
        elem,
    })
}

/// `Box<dyn Trait + Send>` for a type with these bounds; `None` if there is no such trait object.
pub(super) fn boxed(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<String> {
    let boxed = format!("Box<{}>", object(bounds)?);
    let is_future = names(bounds).iter().any(|name| name == "Future");
    Some(if is_future { format!("Pin<{boxed}>") } else { boxed })
}

/// `Box<dyn Trait + Send>` for a trait that stands where a type is needed; `None` if there is no such trait object.
pub(super) fn boxed_trait(ty: &Type) -> Option<String> {
    boxed(&bounds(ty)?)
}

/// The trait object for a trait that stands in `pointer<..>`; `None` if `ty` is no trait, or if there is no such trait
/// object. The pointer is `Send` if it can be.
pub(super) fn trait_object(ty: &Type, pointer: &Ident) -> Option<String> {
    let object = object(&bounds(ty).filter(|_| std_types::is_trait(ty))?)?;
    Some(match pointer.to_string().as_str() {
        "Arc" => format!("{object} + Sync"),
        "Rc" => object.trim_end_matches(" + Send").to_owned(),
        _ => object,
    })
}

/// The trait `ty` as a list of bounds.
fn bounds(ty: &Type) -> Option<Punctuated<TypeParamBound, Token![+]>> {
    let Type::Path(TypePath { qself: None, path, .. }) = syntax::ungrouped(ty) else { return None };
    let bound = TypeParamBound::Trait(TraitBound {
        paren_token: None,
        lifetimes: None,
        modifiers: TraitBoundModifiers::default(),
        maybe: None,
        path: path.clone(),
    });
    Some([bound].into_iter().collect())
}

/// `dyn Trait + Send` for a type with these bounds; `None` if there is no such trait object.
pub(super) fn object(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<String> {
    let names = names(bounds);
    let is_one_of = |list: &[&str], name: &String| list.contains(&name.as_str());
    let with_methods = names.iter().filter(|name| !is_one_of(AUTO, name)).count();
    if with_methods != 1 || names.iter().any(|name| is_one_of(NEVER_DYN, name)) {
        return None;
    }
    let mut traits = Vec::new();
    // What is in a box borrows nothing, and may be unsized.
    for bound in bounds.iter().filter_map(own_trait) {
        let mut bound = bound.clone();
        let is_owned = Own::visit(|own| own.visit_trait_bound_mut(&mut bound));
        traits.push(is_owned.then(|| syntax::printed(&bound))?);
    }
    if !names.iter().any(|name| name == "Send") {
        traits.push("Send".to_owned());
    }
    Some(format!("dyn {}", traits.join(" + ")))
}

/// The names of the traits that a type with these bounds implements.
fn names(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Vec<String> {
    let last = |bound: &TraitBound| bound.path.segments.last().map(|last| last.ident.to_string());
    bounds.iter().filter_map(own_trait).filter_map(last).collect()
}

fn own_trait(bound: &TypeParamBound) -> Option<&TraitBound> {
    match bound {
        TypeParamBound::Trait(bound) if bound.maybe.is_none() => Some(bound),
        _ => None,
    }
}

/// The auto traits, beside which a trait object needs another trait.
const AUTO: &[&str] = &["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];

/// Well-known traits of which there are no trait objects.
const NEVER_DYN: &[&str] = &[
    "Add",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Div",
    "Extend",
    "IntoFuture",
    "Mul",
    "Rem",
    "Sub",
    "TryFrom",
    "TryInto",
    "Sized",
    "Clone",
    "Copy",
    "Default",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "From",
    "Into",
    "FromStr",
    "FromIterator",
    "IntoIterator",
    "Serialize",
    "Deserialize",
    "DeserializeOwned",
];

/// The `&mut T` of a `Pin<&mut T>`.
pub(super) fn pinned(segment: &PathSegment) -> Option<&TypeReference> {
    match syntax::type_arguments(segment)[..] {
        [Type::Reference(reference)] if segment.ident == "Pin" => Some(reference),
        _ => None,
    }
}

/// `Box<T>` for the `&mut T` of a `Pin<&mut T>`.
pub(super) fn boxed_pointee(reference: &TypeReference) -> Option<String> {
    Some(format!("Box<{}>", owned((*reference.elem).clone())?))
}

/// The type as text, with the borrows in it replaced by owned types; `None` if that is not possible.
pub(super) fn owned(mut ty: Type) -> Option<String> {
    let is_owned = Own::visit(|own| own.visit_type_mut(&mut ty));
    is_owned.then(|| syntax::printed(syntax::ungrouped(&ty)))
}

/// Replaces borrows by owned types.
struct Own {
    borrows: bool,
}

impl Own {
    /// Whether what `visit` has visited borrows nothing any more.
    fn visit(visit: impl FnOnce(&mut Self)) -> bool {
        let mut own = Self { borrows: false };
        visit(&mut own);
        !own.borrows
    }

    /// Replaces the type of values in a value.
    fn value(&mut self, ty: &mut Type) {
        if types::is_unsized(ty) {
            let owned = of_unsized(ty);
            self.replace(ty, owned);
        } else {
            self.visit_type_mut(ty);
        }
    }

    /// Makes `ty` a verbatim type, because it is only printed.
    fn replace(&mut self, ty: &mut Type, owned: Option<String>) {
        let owned = owned.and_then(|text| text.parse().ok());
        self.borrows |= owned.is_none();
        *ty = Type::Verbatim(owned.unwrap_or_default());
    }
}

impl VisitMut for Own {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Reference(reference) if !syntax::is_static(reference) => {
                let owned = text(reference);
                self.replace(ty, owned);
            }
            Type::TraitObject(object) => {
                let owned = self::object(&object.bounds);
                self.replace(ty, owned);
            }
            Type::Infer(_) => self.borrows = true,
            _ => visit_mut::visit_type_mut(self, ty),
        }
    }

    fn visit_path_segment_mut(&mut self, segment: &mut PathSegment) {
        let boxed = pinned(segment).map(boxed_pointee);
        let holds_values = std_types::holds_values(segment);
        let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { return };
        for argument in &mut arguments.args {
            match (argument, &boxed) {
                (GenericArgument::Type(ty), Some(boxed)) => self.replace(ty, boxed.clone()),
                (GenericArgument::Type(ty), None) if holds_values => self.value(ty),
                (argument, _) => self.visit_generic_argument_mut(argument),
            }
        }
    }

    fn visit_type_tuple_mut(&mut self, tuple: &mut TypeTuple) {
        tuple.elems.iter_mut().for_each(|ty| self.value(ty));
    }

    fn visit_trait_bound_mut(&mut self, bound: &mut TraitBound) {
        if bound.lifetimes.is_none() {
            visit_mut::visit_trait_bound_mut(self, bound);
        }
    }

    // `fn(&str)` and, above, `Fn(&str)` borrow nothing.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        self.borrows |= lifetime.ident != "static";
    }
}
