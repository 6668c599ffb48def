//! Reads the markers of an item, and checks that each fits its role.

use syn::{Attribute, Ident, Meta, Token, Visibility, punctuated::Punctuated};

use crate::{
    actor::{
        marker::{HookKind, MarkerKind},
        parse::{Item, ItemKind, Method},
    },
    diagnostics::Diagnostics,
    options::{self, AttributeOption, Options},
    syntax,
};

/// What an item is to the actor.
#[derive(Clone, Copy)]
pub(super) enum Role<'a> {
    /// A `pub` method with a receiver that is neither a hook nor a source.
    Handler(&'a Method),
    Hook(&'a Method),
    /// A method with `#[on(..)]`.
    Source(&'a Method),
    /// Any other method.
    Helper(&'a Method),
    /// A function whose signature cannot be read.
    Unreadable {
        vis: &'a Visibility,
    },
    Other,
}

impl<'a> Role<'a> {
    pub(super) fn of(item: &'a Item) -> Self {
        let method = match &item.kind {
            ItemKind::Method(method) => method,
            ItemKind::Unreadable { vis } => return Self::Unreadable { vis },
            ItemKind::Other => return Self::Other,
        };
        let is_marked = |is_wanted: fn(MarkerKind) -> bool| {
            item.attrs.iter().filter_map(|attr| MarkerKind::of(attr.path())).any(is_wanted)
        };
        let is_public = !matches!(method.vis, Visibility::Inherited);
        if is_marked(|kind| kind == MarkerKind::On) {
            Self::Source(method)
        } else if is_marked(|kind| matches!(kind, MarkerKind::Hook(_))) {
            Self::Hook(method)
        } else if is_public && method.sig.receiver().is_some() {
            Self::Handler(method)
        } else {
            Self::Helper(method)
        }
    }

    /// The attributes that stay on the item: all but the markers, which rustc does not know.
    pub(super) fn kept(self, item: &Item) -> Vec<Attribute> {
        let mut is_marked = false;
        let stays = |attr: &&Attribute| match MarkerKind::of(attr.path()) {
            // On a handler it is checked by `#[actor]`, on other items by itself.
            Some(MarkerKind::CancelSafe) => {
                !matches!(self, Self::Handler(_)) && !std::mem::replace(&mut is_marked, true)
            }
            Some(MarkerKind::Handler | MarkerKind::On | MarkerKind::Hook(_)) => false,
            None => MarkerKind::misspelled(attr.path()).is_none(),
        };
        item.attrs.iter().filter(stays).cloned().collect()
    }
}

/// What the markers of an item say about it.
#[derive(Default)]
pub(super) struct Markers<'a> {
    pub(super) handler: Option<&'a Attribute>,
    pub(super) is_run_abandoned: bool,
    /// The option `queued`.
    pub(super) queued: Option<Ident>,
    /// The option `always`.
    pub(super) always: Option<Ident>,
    /// The option `local`.
    pub(super) local: Option<Ident>,
    /// The option `remote`.
    pub(super) remote: Option<Ident>,
    pub(super) hooks: Vec<(HookKind, &'a Attribute)>,
    pub(super) on: Option<&'a Attribute>,
    pub(super) cancel_safe: Option<&'a Attribute>,
}

impl<'a> Markers<'a> {
    pub(super) fn read(item: &'a Item, role: Role<'_>, diagnostics: &mut Diagnostics) -> Self {
        let mut markers = Self::default();
        if let Role::Unreadable { .. } = role {
            return markers;
        }
        for attr in &item.attrs {
            let mistakes = diagnostics.count();
            let kind = MarkerKind::of(attr.path());
            match kind {
                Some(MarkerKind::Handler) => markers.set_handler(attr, diagnostics),
                Some(MarkerKind::On) => markers.set_on(attr, diagnostics),
                Some(MarkerKind::Hook(hook)) => markers.add_hook(hook, attr, diagnostics),
                Some(MarkerKind::CancelSafe) => markers.set_cancel_safe(attr, diagnostics),
                None => {
                    report_misspelled(attr, diagnostics);
                    report_conditional(attr, role, diagnostics);
                }
            }
            // A marker with a mistake of its own gets no second error.
            if let Some(kind) = kind {
                if diagnostics.count() == mistakes {
                    if let Some((message, help)) = misfit(kind, attr, item, role) {
                        diagnostics.report(attr, message, help);
                    }
                }
            }
        }
        markers
    }

    fn set_handler(&mut self, attr: &'a Attribute, diagnostics: &mut Diagnostics) {
        const HELP: &str = "its options are `run_abandoned`, `queued`, `always`, `local` and `remote`, as in \
                            `#[handler(run_abandoned)]`";
        if self.handler.replace(attr).is_some() {
            diagnostics.report(attr, "`#[handler]` is given twice", "keep one of them");
            return;
        }
        let Options { options, error } = match &attr.meta {
            Meta::Path(_) => {
                let help = format!("a `pub` method is a handler without it; {HELP}");
                diagnostics.report(attr, "`#[handler]` without an option has no effect", help);
                return;
            }
            Meta::List(list) => options::parse(list.tokens.clone()),
            Meta::NameValue(value) => {
                diagnostics.report(value, "`#[handler]` takes its options in parentheses", HELP);
                return;
            }
        };
        for AttributeOption { key: option, value } in options {
            let is_given = match option.to_string().as_str() {
                "run_abandoned" => std::mem::replace(&mut self.is_run_abandoned, true),
                "queued" => self.queued.replace(option.clone()).is_some(),
                "always" => self.always.replace(option.clone()).is_some(),
                "local" => self.local.replace(option.clone()).is_some(),
                "remote" => self.remote.replace(option.clone()).is_some(),
                unknown => {
                    let message = format!("`#[handler]` has no option `{unknown}`");
                    diagnostics.report(&option, message, HELP);
                    // It may be a misspelling of another option.
                    continue;
                }
            };
            if is_given {
                let message = format!("option `{option}` is given twice");
                diagnostics.report(&option, message, "keep one of them");
            } else if let Some(value) = value {
                let message = format!("option `{option}` takes no value");
                diagnostics.report(value, message, format!("write `{option}`"));
            }
        }
        if let Some(error) = error {
            diagnostics.report_syntax(&error, HELP);
        }
    }

    fn set_on(&mut self, attr: &'a Attribute, diagnostics: &mut Diagnostics) {
        if self.on.is_some() {
            let message = "a method can have only one `#[on(..)]`";
            let help = "write a method for each source, and call a third one from both";
            diagnostics.report(attr, message, help);
            return;
        }
        self.on = Some(attr);
    }

    fn add_hook(&mut self, kind: HookKind, attr: &'a Attribute, diagnostics: &mut Diagnostics) {
        let marker = MarkerKind::Hook(kind).written();
        if !matches!(attr.meta, Meta::Path(_)) {
            let message = format!("`{marker}` takes no options");
            diagnostics.report(attr, message, format!("write `{marker}`"));
        }
        if self.hooks.iter().any(|(other, _)| *other == kind) {
            let message = format!("`{marker}` is given twice");
            diagnostics.report(attr, message, "keep one of them");
        } else {
            self.hooks.push((kind, attr));
        }
    }

    fn set_cancel_safe(&mut self, attr: &'a Attribute, diagnostics: &mut Diagnostics) {
        if self.cancel_safe.is_some() {
            diagnostics.report(attr, "`#[cancel_safe]` is given twice", "keep one of them");
        } else {
            self.cancel_safe = Some(attr);
        }
    }
}

/// The message and the help for a marker that does not fit the role of its item.
fn misfit(
    kind: MarkerKind,
    attr: &Attribute,
    item: &Item,
    role: Role<'_>,
) -> Option<(String, String)> {
    let this = kind.written();
    let remove = format!("remove `{this}`");
    match (role, kind) {
        (Role::Handler(_), MarkerKind::Handler)
        | (Role::Hook(_), MarkerKind::Hook(_))
        | (Role::Source(_), MarkerKind::On)
        | (_, MarkerKind::CancelSafe) => None,
        (Role::Hook(method), MarkerKind::Handler) => {
            let other = first_of(item, |kind| matches!(kind, MarkerKind::Hook(_)))?;
            let name = &method.sig.ident;
            Some((format!("`{name}` cannot be both a handler and `{other}`"), remove))
        }
        (Role::Source(method), MarkerKind::Handler | MarkerKind::Hook(_)) => {
            let on = first_of(item, |kind| kind == MarkerKind::On)?;
            let name = &method.sig.ident;
            Some((format!("`{name}` cannot be both `{this}` and `{on}`"), remove))
        }
        (Role::Helper(method), MarkerKind::Handler) => {
            let (problem, instead) = match method.sig.receiver() {
                Some(_) => ("is not `pub`", "mark it `pub` or `pub(crate)`"),
                None => ("takes no `self`", "take `&self` or `&mut self`"),
            };
            let message = format!("`{}` {problem}, so it is not a handler", method.sig.ident);
            Some((message, format!("{instead}, or {remove}")))
        }
        (Role::Other, MarkerKind::Handler | MarkerKind::On | MarkerKind::Hook(_)) => {
            let message = format!("`{}` goes on a method, and this is not one", syntax::printed(attr));
            Some((message, "remove it, or move it to a method".to_owned()))
        }
        // Impossible: these markers determine the role.
        (Role::Handler(_) | Role::Hook(_) | Role::Helper(_), MarkerKind::On)
        | (Role::Handler(_) | Role::Helper(_), MarkerKind::Hook(_))
        // rustc reports these.
        | (Role::Unreadable { .. }, _) => None,
    }
}

/// The first marker of a kind, as it was written.
fn first_of(item: &Item, is_wanted: fn(MarkerKind) -> bool) -> Option<String> {
    let mut attrs = item.attrs.iter();
    attrs.find(|attr| MarkerKind::of(attr.path()).is_some_and(is_wanted)).map(syntax::printed)
}

fn report_misspelled(attr: &Attribute, diagnostics: &mut Diagnostics) {
    if let Some(meant) = MarkerKind::misspelled(attr.path()) {
        let message = format!("unknown marker `{}`", syntax::printed(attr));
        diagnostics.report(attr.path(), message, format!("did you mean `#[{meant}]`?"));
    }
}

/// Reports markers inside `cfg_attr`: `#[actor]` runs before rustc expands that.
fn report_conditional(attr: &Attribute, role: Role<'_>, diagnostics: &mut Diagnostics) {
    let Meta::List(list) = &attr.meta else { return };
    if !attr.path().is_ident("cfg_attr") {
        return;
    }
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let Ok(metas) = list.parse_args_with(parser) else {
        return;
    };
    for meta in metas.iter().skip(1) {
        let kind = match MarkerKind::of(meta.path()) {
            // There it is an attribute macro of its own.
            Some(MarkerKind::CancelSafe) if !matches!(role, Role::Handler(_)) => continue,
            Some(kind) => kind,
            None => continue,
        };
        let name = kind.name();
        let message = format!("the marker `#[{name}]` cannot be conditional");
        let help = format!(
            "put `#[{name}]` on the method, and the condition in a `#[cfg(..)]` on the method or in its body"
        );
        diagnostics.report(meta.path(), message, help);
    }
}
