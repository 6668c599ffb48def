//! The documentation of generated items.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Path, Type};

use crate::{actor::model::Actor, names, syntax};

/// The documentation of a generated type, where `{}` in `text` is a link to the actor.
pub(super) fn linked(actor: &Actor, text: &str) -> TokenStream {
    let path = match syntax::ungrouped(&actor.ty) {
        Type::Path(ty) => link(&ty.path),
        _ => None,
    };
    let name = names::text(&actor.ident);
    let (name, allow) = match path {
        Some(path) => {
            let reason = "the actor may be private";
            let allow = quote!(#[allow(rustdoc::private_intra_doc_links, reason = #reason)]);
            (format!("[`{name}`](type@{path})"), Some(allow))
        }
        None => (format!("`{name}`"), None),
    };
    let doc = text.replace("{}", &name);
    quote!(#[doc = #doc] #allow)
}

/// The path as rustdoc parses it; `None` if it cannot.
fn link(path: &Path) -> Option<String> {
    let words: Vec<String> =
        path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let is_readable = |word: &String| !word.starts_with("r#") && word != "$crate";
    (path.leading_colon.is_none() && words.iter().all(is_readable)).then(|| words.join("::"))
}
