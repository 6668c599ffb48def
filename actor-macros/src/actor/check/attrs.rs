//! Sorts the attributes of a method by where they travel, and checks the markers.

use syn::{Attribute, Ident, Meta, Token, punctuated::Punctuated};

use crate::{
    actor::{
        model::HandlerAttrs,
        parse::{Marker, MarkerKind},
    },
    diagnostics::Diagnostics,
    syntax,
};

/// Which of a handler's attributes also belong to what is generated for it.
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

/// Which of the impl's attributes belong to all that is generated for it.
pub(super) fn of_everything(attrs: &[Attribute]) -> Vec<Attribute> {
    let HandlerAttrs { cfgs, lints, .. } = travelling(attrs);
    cfgs.into_iter().chain(lints).collect()
}

/// The name of an attribute, or of those in a `cfg_attr` if they are all alike.
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

/// What is generated need not give the warning that the method gives.
fn allowed(mut attr: Attribute) -> Attribute {
    if let Meta::List(list) = &mut attr.meta {
        let span = list.path.segments[0].ident.span();
        list.path = Ident::new("allow", span).into();
    }
    attr
}

/// What the markers of a method say about it.
#[derive(Default)]
pub(super) struct Marked<'a> {
    pub(super) handler: Option<&'a Attribute>,
    pub(super) is_run_abandoned: bool,
    /// The option `queued`.
    pub(super) queued: Option<Ident>,
    pub(super) hooks: Vec<(HookKind, &'a Attribute)>,
    pub(super) on: Option<&'a Attribute>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum HookKind {
    Start,
    Stop,
    Idle,
    Release,
}

pub(super) fn markers<'a>(
    markers: &'a [Marker],
    attrs: &[Attribute],
    diagnostics: &mut Diagnostics,
) -> Marked<'a> {
    let mut marked = Marked::default();
    for Marker { kind, attr } in markers {
        match kind {
            MarkerKind::Handler => marked.set_handler(attr, diagnostics),
            MarkerKind::OnStart => marked.add_hook(HookKind::Start, attr, diagnostics),
            MarkerKind::OnStop => marked.add_hook(HookKind::Stop, attr, diagnostics),
            MarkerKind::OnIdle => marked.add_hook(HookKind::Idle, attr, diagnostics),
            MarkerKind::OnRelease => marked.add_hook(HookKind::Release, attr, diagnostics),
            MarkerKind::On => marked.set_on(attr, diagnostics),
            MarkerKind::Misspelled(meant) => {
                let message = format!("there is no marker `{}`", syntax::printed(attr));
                diagnostics.report(attr.path(), message, format!("did you mean `#[{meant}]`?"));
            }
        }
    }
    for attr in attrs {
        report_conditional(attr, diagnostics);
    }
    marked
}

/// A marker is read before any `cfg_attr` is.
fn report_conditional(attr: &Attribute, diagnostics: &mut Diagnostics) {
    let Meta::List(list) = &attr.meta else { return };
    if !attr.path().is_ident("cfg_attr") {
        return;
    }
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let Ok(metas) = list.parse_args_with(parser) else {
        return;
    };
    for meta in metas.iter().skip(1) {
        let name = MarkerKind::NAMES.iter().find(|name| meta.path().is_ident(name));
        if let Some(name) = name {
            let message = format!("the marker `#[{name}]` cannot be conditional");
            let help = format!(
                "put `#[{name}]` on the method, and the condition into a `#[cfg(..)]` of the method or into its body"
            );
            diagnostics.report(meta.path(), message, help);
        }
    }
}

impl<'a> Marked<'a> {
    fn set_handler(&mut self, attr: &'a Attribute, diagnostics: &mut Diagnostics) {
        const HELP: &str =
            "its options are `run_abandoned` and `queued`, as in `#[handler(run_abandoned)]`";
        if self.handler.replace(attr).is_some() {
            diagnostics.report(attr, "`#[handler]` is given twice", "keep one of them");
            return;
        }
        let parser = Punctuated::<Ident, Token![,]>::parse_terminated;
        let options = match &attr.meta {
            Meta::Path(_) => {
                let help = format!("a `pub` method is a handler without it; {HELP}");
                diagnostics.report(attr, "`#[handler]` says nothing", help);
                return;
            }
            Meta::List(list) => list.parse_args_with(parser),
            Meta::NameValue(value) => {
                diagnostics.report(value, "`#[handler]` takes its options in parentheses", HELP);
                return;
            }
        };
        for option in options.unwrap_or_else(|error| {
            diagnostics.report_syntax(&error, HELP);
            Punctuated::new()
        }) {
            let is_given = match option.to_string().as_str() {
                "run_abandoned" => std::mem::replace(&mut self.is_run_abandoned, true),
                "queued" => self.queued.replace(option.clone()).is_some(),
                unknown => {
                    let message = format!("`#[handler]` has no option `{unknown}`");
                    diagnostics.report(&option, message, HELP);
                    // What it was meant to be is not known, so nothing is said of the rest.
                    continue;
                }
            };
            if is_given {
                let message = format!("option `{option}` is given twice");
                diagnostics.report(&option, message, "keep one of them");
            }
        }
    }

    fn set_on(&mut self, attr: &'a Attribute, diagnostics: &mut Diagnostics) {
        if self.on.is_some() {
            let message = "a method handles the events of one source";
            let help = "write a method for each, and let both call a third";
            diagnostics.report(attr, message, help);
            return;
        }
        self.on = Some(attr);
    }

    fn add_hook(&mut self, kind: HookKind, attr: &'a Attribute, diagnostics: &mut Diagnostics) {
        if !matches!(attr.meta, Meta::Path(_)) {
            let name = kind.marker();
            diagnostics.report(
                attr,
                format!("`{name}` takes no options"),
                format!("write `{name}`"),
            );
        }
        if self.hooks.iter().any(|(other, _)| *other == kind) {
            let message = format!("`{}` is given twice", kind.marker());
            diagnostics.report(attr, message, "keep one of them");
        } else {
            self.hooks.push((kind, attr));
        }
    }
}

impl HookKind {
    pub(super) fn marker(self) -> &'static str {
        match self {
            Self::Start => "#[on_start]",
            Self::Stop => "#[on_stop]",
            Self::Idle => "#[on_idle]",
            Self::Release => "#[on_release]",
        }
    }
}
