//! Checks the items of the impl: handlers, hooks, sources of events, and all others.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::{Attribute, Type, Visibility};

use super::{
    handler, hook, marked,
    markers::{Markers, Role},
    refused,
    scope::Scope,
    source,
};
use crate::{
    actor::{
        marker::{HookKind, MarkerKind},
        model::{self, Handler, Hook, Refused, Source},
        parse::{self, ItemKind, Method},
    },
    cancel_safe,
    checked_select::CheckedMethod,
};

pub(super) struct Items<'a> {
    message: &'a Ident,
    /// All items, as they were written.
    written: &'a [parse::Item],
    scope: Scope<'a>,
    pub(super) items: Vec<model::Item>,
    pub(super) handlers: Vec<Handler>,
    /// The handlers with mistakes.
    pub(super) refused: Vec<Refused>,
    pub(super) sources: Vec<Source>,
    pub(super) hooks: Vec<Hook>,
    /// The handler of each variant.
    variants: HashMap<String, Ident>,
    /// The kinds of hooks that were seen, correct or not.
    seen: Vec<HookKind>,
    /// Whether any method is meant to be a handler, correct or not.
    has_candidate: bool,
}

/// The items of an impl whose header is wrong, without their markers.
pub(super) fn as_written(items: &[parse::Item]) -> Vec<model::Item> {
    items.iter().map(|item| model::Item::Unchanged(Role::of(item).kept(item))).collect()
}

impl<'a> Items<'a> {
    /// `message` is the name of the message, for errors about its variants.
    pub(super) fn check(message: &'a Ident, written: &'a [parse::Item], scope: Scope<'a>) -> Self {
        let mut items = Self {
            message,
            written,
            scope,
            items: Vec::new(),
            handlers: Vec::new(),
            refused: Vec::new(),
            sources: Vec::new(),
            hooks: Vec::new(),
            variants: HashMap::new(),
            seen: Vec::new(),
            has_candidate: false,
        };
        for item in written {
            let checked = items.item(item);
            items.items.push(checked);
        }
        items
    }

    fn item(&mut self, item: &'a parse::Item) -> model::Item {
        let role = Role::of(item);
        let markers = Markers::read(item, role, self.scope.diagnostics);
        let attrs = role.kept(item);
        match role {
            Role::Handler(method) => {
                self.has_candidate = true;
                if let Some(function) = self.handler(item, method, &markers, &attrs) {
                    return function;
                }
            }
            Role::Hook(method) => self.hooks(item, method, &markers),
            Role::Source(method) => {
                self.has_candidate = true;
                let source = source::check(method, &item.attrs, &markers, &mut self.scope);
                self.sources.extend(source);
                source::check_number(&self.sources, self.scope.diagnostics);
            }
            Role::Helper(_) | Role::Other => {}
            Role::Unreadable { vis } => {
                self.has_candidate |= !matches!(vis, Visibility::Inherited);
            }
        }
        self.selecting(item, role, attrs)
    }

    /// Checks a handler. Returns it as an item if it is not as it was written.
    fn handler(
        &mut self,
        item: &parse::Item,
        method: &Method,
        markers: &Markers<'_>,
        attrs: &[Attribute],
    ) -> Option<model::Item> {
        let mark = markers.cancel_safe.map(|attr| marked::read(attr, self.scope.diagnostics));
        let Some(handler) = handler::check(method, &item.attrs, markers, &mut self.scope) else {
            self.refused.extend(refused::refused(method, &item.attrs, &self.scope));
            let sized = refused::sized(&method.sig, &self.scope)?;
            return Some(model::Item::Stub(attrs.to_vec(), method.vis.clone(), Box::new(sized)));
        };
        let mut handler = Some(handler).filter(|handler| self.is_new(handler))?;
        let mut function = None;
        if let Some(mark) = mark {
            handler.is_idempotent = mark.is_idempotent();
            handler.cancel_safe = marked::check(&handler, &mark, self.written, &mut self.scope);
            if handler.cancel_safe.is_some() {
                let (attrs, tokens) = (attrs.to_vec(), item.tokens.clone());
                let diagnostics = &mut *self.scope.diagnostics;
                function = cancel_safe::check_handler(attrs, tokens, &mark.options, diagnostics);
            }
        }
        let owning = handler.may_need_less().then(|| model::Item::Owning(attrs.to_vec()));
        self.handlers.push(handler);
        function.map(|function| model::Item::Marked(Box::new(function))).or(owning)
    }

    fn hooks(&mut self, item: &parse::Item, method: &Method, markers: &Markers<'_>) {
        for (kind, attr) in &markers.hooks {
            if self.seen.contains(kind) {
                let marker = MarkerKind::Hook(*kind).written();
                let message = format!("`{marker}` marks a second method, `{}`", method.sig.ident);
                let help = "keep one of them, and call the other from it";
                self.scope.diagnostics.report(attr, message, help);
                continue;
            }
            self.seen.push(*kind);
            self.hooks.extend(hook::check(&method.sig, &item.attrs, *kind, &mut self.scope));
        }
    }

    /// An item that is unchanged, except for its plain `select!`s.
    fn selecting(&self, item: &parse::Item, role: Role<'_>, attrs: Vec<Attribute>) -> model::Item {
        // A `#[cancel_safe]` that stays on the method replaces them itself.
        let is_marked =
            attrs.iter().any(|attr| MarkerKind::of(attr.path()) == Some(MarkerKind::CancelSafe));
        let method = match role {
            Role::Handler(_) | Role::Hook(_) | Role::Source(_) | Role::Helper(_) if !is_marked => {
                CheckedMethod::of(&item.tokens)
            }
            _ => None,
        };
        match method {
            Some(method) => model::Item::Selecting(attrs, Box::new(method)),
            None => model::Item::Unchanged(attrs),
        }
    }

    /// Reports two handlers with the same variant.
    fn is_new(&mut self, handler: &Handler) -> bool {
        let variant = handler.variant.to_string();
        let Some(first) = self.variants.get(&variant) else {
            self.variants.insert(variant, handler.ident.clone());
            return true;
        };
        if *first == handler.ident {
            // With a `cfg` it is another version of the same handler; otherwise rustc reports it.
            return !handler.attrs.cfgs.is_empty();
        }
        let message = format!(
            "handlers `{first}` and `{}` would both be the variant `{}::{variant}`",
            handler.ident, self.message
        );
        self.scope.diagnostics.report(&handler.ident, message, "rename one of them");
        false
    }

    pub(super) fn refuse_none(&mut self, actor: &Ident, self_ty: &Type) {
        if self.has_candidate {
            return;
        }
        let message = format!("no method of `{actor}` is a handler");
        let has_method = |takes_self: bool| {
            let is_one = |item: &parse::Item| matches!(&item.kind, ItemKind::Method(method) if method.sig.receiver().is_some() == takes_self);
            self.written.iter().any(is_one)
        };
        let help = if self.written.iter().any(parse::Item::calls_macro) {
            "write the handlers out, or have the macro write the whole `impl`: what a macro writes inside of it is not seen"
        } else if has_method(false) && !has_method(true) {
            "make the methods that answer messages `pub` or `pub(crate)`, and have them take `&self` or `&mut self`"
        } else {
            "make the methods that answer messages `pub` or `pub(crate)`"
        };
        self.scope.diagnostics.report(self_ty, message, help);
    }

    /// Turns handlers into refused ones, and drops all that would call the actor, if it has parameters that it may not
    /// have.
    pub(super) fn refuse_all(&mut self, unconstrained: &[Ident]) {
        if unconstrained.is_empty() {
            return;
        }
        self.sources.clear();
        self.hooks.clear();
        let handlers = self.handlers.drain(..).map(Refused::from);
        let refused = self.refused.drain(..).chain(handlers);
        self.refused = refused.filter_map(|it| it.without(unconstrained)).collect();
    }
}
