//! Owned types for borrowed arguments.

use syn::{
    Lifetime, Token, Type, TypeImplTrait, TypeParamBound, TypeReference, TypeTraitObject,
    punctuated::Punctuated,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use crate::{actor::model::Carried, syntax};

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
    let name = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) if bound.maybe.is_none() => {
            bound.path.segments.last().map(|last| last.ident.to_string())
        }
        _ => None,
    };
    let names: Vec<String> = bounds.iter().filter_map(name).collect();
    let is_one_of = |list: &[&str], name: &String| list.contains(&name.as_str());
    let has_methods = names.iter().any(|name| !is_one_of(AUTO, name));
    if !has_methods || names.iter().any(|name| is_one_of(NEVER_DYN, name)) {
        return None;
    }
    let send = if names.iter().any(|name| name == "Send") { "" } else { " + Send" };
    let boxed = format!("Box<dyn {}{send}>", syntax::printed(bounds));
    Some(if names.iter().any(|name| name == "Future") { format!("Pin<{boxed}>") } else { boxed })
}

/// The auto traits, beside which a trait object needs another trait.
const AUTO: &[&str] = &["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];

/// Well-known traits of which there are no trait objects.
const NEVER_DYN: &[&str] = &[
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

/// The type as text, with the borrows in it replaced by owned types; `None` if that is not possible.
fn owned(mut ty: Type) -> Option<String> {
    struct Own {
        borrows: bool,
    }

    impl VisitMut for Own {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            match ty {
                Type::Reference(reference) if !syntax::is_static(reference) => {
                    // Verbatim, because it is only printed.
                    let text = text(reference).and_then(|text| text.parse().ok());
                    self.borrows |= text.is_none();
                    *ty = Type::Verbatim(text.unwrap_or_default());
                }
                _ => visit_mut::visit_type_mut(self, ty),
            }
        }

        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            self.borrows |= lifetime.ident != "static";
        }
    }

    let mut own = Own { borrows: false };
    own.visit_type_mut(&mut ty);
    (!own.borrows).then(|| syntax::printed(&ty))
}
