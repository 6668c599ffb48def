//! The owned twins of borrows.

use syn::{Type, TypeReference};

use crate::{actor::model::Carried, syntax};

/// What a message carries for a borrow that a handler may take; `None` for other borrows.
pub(super) fn twin(reference: &TypeReference) -> Option<Carried> {
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

/// What to write instead of a borrow, as text for a `help`.
pub(super) fn text(reference: &TypeReference) -> String {
    let plain = TypeReference { lifetime: None, mutability: None, ..reference.clone() };
    match (twin(&plain), syntax::ungrouped(&reference.elem)) {
        (Some(Carried::String), _) => "String".to_owned(),
        (Some(Carried::PathBuf), _) => "PathBuf".to_owned(),
        (Some(Carried::OsString), _) => "OsString".to_owned(),
        (Some(Carried::CString), _) => "CString".to_owned(),
        (Some(Carried::Vec(elem)), _) => format!("Vec<{}>", syntax::printed(&elem)),
        (_, Type::TraitObject(object)) => format!("Box<{} + Send>", syntax::printed(object)),
        (_, Type::Reference(inner)) => text(inner),
        (_, elem) => syntax::printed(elem),
    }
}
