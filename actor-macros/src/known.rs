//! Types of the standard library whose properties are known from their name.
//!
//! A user's type of the same name is taken for the standard one. That costs it a better error, and
//! never lets through what is wrong: rustc checks all of it again.

use syn::{Generics, PathArguments, Type};

use crate::syntax;

/// Types without parameters that may go to another thread.
const PLAIN: &[&str] = &[
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
    "str",
    "String",
    "PathBuf",
    "OsString",
    "CString",
    "Duration",
    "Instant",
    "SystemTime",
];

/// Types that may go to another thread if their arguments may, and that ask nothing of them.
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

/// Types that ask nothing of their arguments.
const UNBOUNDED: &[&str] = &["Arc", "Mutex", "PhantomData", "Reply", "RwLock", "Sender"];

/// Whether no check is needed to know that `ty` may go to another thread.
pub(crate) fn is_surely_send(ty: &Type) -> bool {
    match syntax::ungrouped(ty) {
        Type::Array(array) => is_surely_send(&array.elem),
        Type::Slice(slice) => is_surely_send(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_surely_send),
        // A shared reference is `Send` if what it points to is `Sync`, which holds for these.
        Type::Reference(reference) => is_surely_send(&reference.elem),
        Type::Path(_) => syntax::last_segment(ty).is_some_and(|segment| {
            let name = segment.ident.to_string();
            match segment.arguments {
                PathArguments::None => PLAIN.contains(&name.as_str()),
                _ => {
                    CONTAINERS.contains(&name.as_str())
                        && syntax::type_arguments(segment)
                            .into_iter()
                            .all(is_surely_send)
                }
            }
        }),
        _ => false,
    }
}

/// Whether `ty` is well formed whatever the parameters of `generics` are.
pub(crate) fn needs_no_bounds(ty: &Type, generics: &Generics) -> bool {
    let mentions_none = || {
        let mut parameters = generics.type_params();
        !parameters.any(|parameter| syntax::mentions(ty, &parameter.ident))
    };
    match syntax::ungrouped(ty) {
        Type::Array(array) => needs_no_bounds(&array.elem, generics),
        Type::Slice(slice) => needs_no_bounds(&slice.elem, generics),
        Type::Reference(reference) => needs_no_bounds(&reference.elem, generics),
        Type::Tuple(tuple) => tuple
            .elems
            .iter()
            .all(|elem| needs_no_bounds(elem, generics)),
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
