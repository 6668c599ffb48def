//! Sorts the attributes of a method by where they are copied to.

use syn::{Attribute, Ident, Meta, Token, punctuated::Punctuated};

use crate::{actor::model::HandlerAttrs, diagnostics::Diagnostics};

/// The attributes of a handler that also apply to what is generated for it.
pub(super) fn travelling(attrs: &[Attribute]) -> HandlerAttrs {
    let mut travelling = HandlerAttrs::default();
    for attr in attrs {
        let attr = attr.clone();
        match destination(&attr.meta).as_str() {
            "cfg" => travelling.cfgs.push(attr),
            "doc" => travelling.docs.push(attr),
            "allow" => travelling.lints.push(attr),
            "expect" => travelling.lints.push(allowed(attr)),
            "deprecated" => {
                travelling.is_deprecated = true;
                travelling.callers.push(attr);
            }
            "must_use" => travelling.callers.push(attr),
            _ => {}
        }
    }
    travelling
}

pub(super) fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    travelling(attrs).cfgs
}

/// The attributes of the impl that apply to everything generated for it.
pub(super) fn of_everything(attrs: &[Attribute]) -> Vec<Attribute> {
    let HandlerAttrs { cfgs, lints, .. } = travelling(attrs);
    cfgs.into_iter().chain(lints).collect()
}

/// The name of an attribute, or of all attributes in a `cfg_attr` if they are the same.
fn destination(meta: &Meta) -> String {
    let name = meta.path().get_ident().map_or_else(String::new, Ident::to_string);
    let Meta::List(list) = meta else { return name };
    if name != "cfg_attr" {
        return name;
    }
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let Ok(metas) = list.parse_args_with(parser) else {
        return name;
    };
    let mut inner = metas.iter().skip(1).map(destination);
    match inner.next() {
        Some(first) if first != "expect" && inner.all(|other| other == first) => first,
        _ => name,
    }
}

/// Turns `expect` into `allow`: generated code may not cause the expected warning.
fn allowed(mut attr: Attribute) -> Attribute {
    if let Meta::List(list) = &mut attr.meta {
        let span = list.path.segments[0].ident.span();
        list.path = Ident::new("allow", span).into();
    }
    attr
}

/// Reports a condition in a `cfg_attr`, because its negation cannot be written.
pub(super) fn refuse_unreadable(cfgs: &[Attribute], of: &str, diagnostics: &mut Diagnostics) {
    for cfg in cfgs.iter().filter(|cfg| cfg.path().is_ident("cfg_attr")) {
        let message = format!("{of} has a `cfg` inside `cfg_attr`");
        diagnostics.report(cfg, message, "write a single `#[cfg(..)]`");
    }
}
