//! Owned types for borrowed arguments.

use syn::{
    Type, TypeReference,
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

/// The owned type to write instead of a borrow, for a `help`.
pub(super) fn text(reference: &TypeReference) -> String {
    let plain = TypeReference { lifetime: None, mutability: None, ..reference.clone() };
    match (carried(&plain), syntax::ungrouped(&reference.elem)) {
        (Some(Carried::String), _) => "String".to_owned(),
        (Some(Carried::PathBuf), _) => "PathBuf".to_owned(),
        (Some(Carried::OsString), _) => "OsString".to_owned(),
        (Some(Carried::CString), _) => "CString".to_owned(),
        (Some(Carried::Vec(elem)), _) => format!("Vec<{}>", owned(elem)),
        (_, Type::TraitObject(object)) => format!("Box<{} + Send>", syntax::printed(object)),
        (_, elem) => owned(elem.clone()),
    }
}

/// The type as text, with the borrows in it replaced by owned types.
fn owned(mut ty: Type) -> String {
    struct Own;

    impl VisitMut for Own {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            match ty {
                Type::Reference(reference) if !syntax::is_static(reference) => {
                    // Verbatim, because it is only printed.
                    let text = text(reference).parse().unwrap_or_default();
                    *ty = Type::Verbatim(text);
                }
                _ => visit_mut::visit_type_mut(self, ty),
            }
        }
    }

    Own.visit_type_mut(&mut ty);
    syntax::printed(&ty)
}
