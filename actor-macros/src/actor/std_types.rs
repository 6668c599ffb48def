//! Types of the standard library, recognised by their names.
//!
//! A user's type with the same name is mistaken for the standard one. That only costs a better error
//! message, because rustc checks everything again.

use syn::{GenericArgument, Generics, Path, PathArguments, PathSegment, Type, TypePath};

use crate::syntax;

/// Types that are `Copy`.
const COPIED: &[&str] = &[
    "bool",
    "char",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "Duration",
    "Instant",
    "SystemTime",
];

/// Other types without parameters that are `Send`.
const PLAIN: &[&str] = &["str", "String", "PathBuf", "OsString", "CString"];

/// Types that are `Send` if their arguments are, and that have no bounds on them.
const CONTAINERS: &[&str] = &[
    "Box",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "HashMap",
    "HashSet",
    "Option",
    "Result",
    "Vec",
    "VecDeque",
];

/// Types that have no bounds on their arguments.
const UNBOUNDED: &[&str] = &["Arc", "Mutex", "PhantomData", "Reply", "RwLock", "Sender"];

/// Further types that hold one value of another type.
const HOLDERS: &[&str] = &["Cell", "Rc", "RefCell", "Weak", "WeakHandle"];

/// Types that are in scope everywhere, and rarely hidden by others of the same name.
const PRELUDE: &[&str] = &["Box", "Option", "Result", "String", "Vec", "bool", "char", "str"];

/// Whether `ty` is a type of the standard library: it has a path into it, or a well-known name.
pub(crate) fn is_foreign(ty: &Type) -> bool {
    let Type::Path(TypePath { qself: None, path, .. }) = syntax::ungrouped(ty) else {
        return false;
    };
    let Some(first) = path.segments.first().map(|first| first.ident.to_string()) else {
        return false;
    };
    let first = first.as_str();
    match path.segments.len() {
        1 => {
            PRELUDE.contains(&first)
                || COPIED.contains(&first) && first.starts_with(char::is_lowercase)
        }
        // A user's module may be called `core`, too.
        _ => first == "std",
    }
}

/// Whether `path` is that of a type without a size, with its path into the standard library: a user's own type may have
/// the same name.
pub(crate) fn is_unsized_path(path: &Path) -> bool {
    path.is_ident("str")
        || standard_name(path)
            .is_some_and(|name| matches!(name.as_str(), "Path" | "OsStr" | "CStr"))
}

/// Whether `ty` is a trait, where a type is needed: it has arguments that only traits have, or a path into the standard
/// library.
pub(crate) fn is_trait(ty: &Type) -> bool {
    let Type::Path(TypePath { qself: None, path, .. }) = syntax::ungrouped(ty) else {
        return false;
    };
    let is_associated = |argument: &GenericArgument| {
        matches!(argument, GenericArgument::AssocType(_) | GenericArgument::Constraint(_))
    };
    let has_arguments_of_trait = path.segments.last().is_some_and(|last| match &last.arguments {
        PathArguments::AngleBracketed(list) => list.args.iter().any(is_associated),
        PathArguments::None | PathArguments::Parenthesized(_) => false,
    });
    let is_of_std = || {
        let module = path.segments.iter().rev().nth(1).map(|module| module.ident.to_string());
        let name = standard_name(path);
        module
            .zip(name)
            .is_some_and(|(module, name)| TRAITS.contains(&(module.as_str(), name.as_str())))
    };
    has_arguments_of_trait || is_of_std()
}

/// Traits that are often used as trait objects, with the last module of their path.
const TRAITS: &[(&str, &str)] = &[
    ("any", "Any"),
    ("error", "Error"),
    ("fmt", "Debug"),
    ("fmt", "Display"),
    ("fmt", "Write"),
    ("future", "Future"),
    ("io", "BufRead"),
    ("io", "Read"),
    ("io", "Seek"),
    ("io", "Write"),
    ("iter", "Iterator"),
];

/// The last name of a path into the standard library.
fn standard_name(path: &Path) -> Option<String> {
    let is_std = path.segments.first().is_some_and(|first| {
        first.ident == "std" || path.leading_colon.is_some() && first.ident == "core"
    });
    let is_long = path.segments.len() > 2;
    let last = path.segments.last().filter(|_| is_std && is_long)?;
    Some(last.ident.to_string())
}

/// Whether `segment` is a type that points to a value, which may have no size.
pub(crate) fn is_pointer(segment: &PathSegment) -> bool {
    ["Arc", "Box", "Rc"].iter().any(|name| segment.ident == name)
}

/// Whether `segment` is a type that holds values of another type.
pub(crate) fn is_container(segment: &PathSegment) -> bool {
    [CONTAINERS, UNBOUNDED, HOLDERS]
        .iter()
        .any(|list| list.iter().any(|name| segment.ident == name))
}

/// Whether the arguments of `segment` are types of values, which have a size.
pub(crate) fn holds_values(segment: &PathSegment) -> bool {
    segment.ident != "Box" && CONTAINERS.iter().any(|name| segment.ident == name)
}

/// The parts of `ty` that may not be `Send`. If all of them are, `ty` is.
pub(crate) fn maybe_not_send(ty: &Type) -> Vec<&Type> {
    match syntax::ungrouped(ty) {
        Type::Array(array) => maybe_not_send(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().flat_map(maybe_not_send).collect(),
        Type::Path(_) => {
            let Some(segment) = syntax::last_segment(ty) else { return vec![ty] };
            let name = segment.ident.to_string();
            match segment.arguments {
                PathArguments::None if is_plain_name(&name) => Vec::new(),
                PathArguments::AngleBracketed(_) if CONTAINERS.contains(&name.as_str()) => {
                    syntax::type_arguments(segment).into_iter().flat_map(maybe_not_send).collect()
                }
                _ => vec![ty],
            }
        }
        // `&'static str` is `Send`; other references are if their target is `Sync`.
        Type::Reference(reference) if is_plain(&reference.elem) => Vec::new(),
        _ => vec![ty],
    }
}

fn is_plain(ty: &Type) -> bool {
    name_alone(ty).is_some_and(|name| is_plain_name(&name))
}

fn is_plain_name(name: &str) -> bool {
    COPIED.contains(&name) || PLAIN.contains(&name)
}

/// Whether `ty` is known to be `Copy`.
pub(crate) fn is_copied(ty: &Type) -> bool {
    match syntax::ungrouped(ty) {
        Type::Array(array) => is_copied(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_copied),
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::FnPtr(_) => true,
        ty => name_alone(ty).is_some_and(|name| COPIED.contains(&name.as_str())),
    }
}

/// The last name of a path, if it has no arguments.
fn name_alone(ty: &Type) -> Option<String> {
    let segment = syntax::last_segment(ty).filter(|segment| segment.arguments.is_none())?;
    Some(segment.ident.to_string())
}

/// Whether `ty` is well formed without any bounds on the parameters of `generics`.
pub(crate) fn needs_no_bounds(ty: &Type, generics: &Generics) -> bool {
    let mentions_none = || {
        let mut parameters = generics.type_params();
        !parameters.any(|parameter| syntax::mentions(ty, &parameter.ident))
    };
    match syntax::ungrouped(ty) {
        Type::Array(array) => needs_no_bounds(&array.elem, generics),
        Type::Slice(slice) => needs_no_bounds(&slice.elem, generics),
        Type::Reference(reference) => needs_no_bounds(&reference.elem, generics),
        Type::Tuple(tuple) => tuple.elems.iter().all(|elem| needs_no_bounds(elem, generics)),
        Type::Path(path) if path.qself.is_none() && path.path.get_ident().is_some() => true,
        Type::Path(_) => mentions_none() || is_unbounded_container(ty, generics),
        _ => mentions_none(),
    }
}

fn is_unbounded_container(ty: &Type, generics: &Generics) -> bool {
    syntax::last_segment(ty).is_some_and(|segment| {
        let name = segment.ident.to_string();
        let is_known = CONTAINERS.contains(&name.as_str()) || UNBOUNDED.contains(&name.as_str());
        is_known
            && syntax::type_arguments(segment)
                .into_iter()
                .all(|argument| needs_no_bounds(argument, generics))
    })
}
