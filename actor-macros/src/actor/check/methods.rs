//! Goes through the items of the impl: handlers, hooks, and what is neither.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::{Attribute, Type, Visibility};

use super::{
    attrs::{self, HookKind},
    handler::{self, Scope},
    hook,
    marked::{self, Mark},
    source,
};
use crate::{
    actor::{
        model::{Handler, Hooks, Rewritten, Source, StartHook},
        parse::{Item, ItemKind, Marker, Method},
    },
    cancel_safe::{self, options::is_cancel_safe},
    checked_select::CheckedMethod,
    syntax,
};

/// Goes through the items of the impl.
pub(super) struct Methods<'a> {
    message: &'a Ident,
    /// All of them.
    items: &'a [Item],
    scope: Scope<'a>,
    handlers: Vec<Handler>,
    sources: Vec<Source>,
    rewritten: HashMap<usize, Rewritten>,
    hooks: Hooks,
    /// Who has which variant, and which markers were seen.
    variants: HashMap<String, Ident>,
    marked: Vec<HookKind>,
    /// Whether a method is meant to be a handler, even if it is wrong.
    has_candidate: bool,
}

impl<'a> Methods<'a> {
    pub(super) fn new(message: &'a Ident, items: &'a [Item], scope: Scope<'a>) -> Self {
        Self {
            message,
            items,
            scope,
            handlers: Vec::new(),
            sources: Vec::new(),
            rewritten: HashMap::new(),
            hooks: Hooks::default(),
            variants: HashMap::new(),
            marked: Vec::new(),
            has_candidate: false,
        }
    }

    /// The item at this place in the impl.
    pub(super) fn item(&mut self, place: usize, item: &'a Item) {
        match &item.kind {
            ItemKind::Method(method) => {
                self.method(place, item, method);
                self.selects(place, item);
            }
            ItemKind::Unreadable { vis, error } => {
                if !matches!(vis, Visibility::Inherited) {
                    self.has_candidate = true;
                    let help = "a handler is `pub fn name(&self, argument: Type) -> Answer { .. }`";
                    self.scope.diagnostics.report_syntax(error, help);
                }
            }
            ItemKind::Other => self.misplaced(&item.markers),
        }
    }

    fn misplaced(&mut self, markers: &[Marker]) {
        for Marker { attr, .. } in markers {
            let message = format!("`{}` marks a method, and this is none", syntax::printed(attr));
            self.scope.diagnostics.report(attr, message, "remove it, or move it to a method");
        }
    }

    fn method(&mut self, place: usize, item: &'a Item, method: &'a Method) {
        let mistakes = self.scope.diagnostics.count();
        let marked = attrs::markers(&item.markers, &item.attrs, self.scope.diagnostics);
        let ident = &method.sig.ident;
        if let Some(attr) = marked.on {
            self.has_candidate = true;
            let source = source::check(method, &item.attrs, attr, &marked, &mut self.scope);
            self.sources.extend(source);
            source::check_number(&self.sources, self.scope.diagnostics);
            return;
        }
        if !marked.hooks.is_empty() {
            if let Some(attr) = marked.handler {
                let message =
                    format!("`{ident}` cannot be a handler and `{}`", marked.hooks[0].0.marker());
                self.scope.diagnostics.report(attr, message, "remove `#[handler(..)]`");
            }
            for (kind, attr) in &marked.hooks {
                self.hook(item, method, *kind, attr);
            }
            return;
        }
        match method.sig.receiver() {
            Some(_) if item.is_handler() => {
                self.has_candidate = true;
                let mark = marked::read(&item.attrs, self.scope.diagnostics);
                let handler = handler::check(method, &item.attrs, &marked, &mut self.scope);
                let mut handler = handler.filter(|handler| self.is_new(handler));
                if let (Some(mark), Some(handler)) = (mark, &mut handler) {
                    let diagnostics = &mut *self.scope.diagnostics;
                    handler.cancel_safe = marked::check(handler, &mark, self.items, diagnostics);
                    if handler.cancel_safe.is_some() {
                        self.marked_body(place, item, &mark);
                    }
                }
                self.handlers.extend(handler);
            }
            receiver => {
                // Of a marker that is wrong itself, nothing more is said.
                if let Some(attr) = marked.handler
                    && self.scope.diagnostics.count() == mistakes
                {
                    self.no_handler(ident, receiver.is_some(), attr);
                }
            }
        }
    }

    /// Checks the body of a marked handler, if anything is awaited in it.
    fn marked_body(&mut self, place: usize, item: &Item, mark: &Mark<'_>) {
        let attrs = item.attrs.iter().filter(|attr| !mark.is(attr)).cloned().collect();
        let (tokens, diagnostics) = (item.tokens.clone(), &mut *self.scope.diagnostics);
        let function = cancel_safe::check_handler(attrs, tokens, &mark.options, diagnostics);
        let handler = function.map(|function| Rewritten::Handler(Box::new(function)));
        self.rewritten.extend(handler.map(|handler| (place, handler)));
    }

    /// Finds the plain `select!`s of a method. In a method that is marked and no handler, its own
    /// attribute does.
    fn selects(&mut self, place: usize, item: &Item) {
        let is_mark = |attr: &Attribute| is_cancel_safe(attr.path());
        let is_rewritten = self.rewritten.contains_key(&place);
        if is_rewritten || !item.is_handler() && item.attrs.iter().any(is_mark) {
            return;
        }
        if let Some(method) = CheckedMethod::of(&item.tokens) {
            let attrs = item.attrs.iter().filter(|attr| !is_mark(attr)).cloned().collect();
            self.rewritten.insert(place, Rewritten::Selects(attrs, Box::new(method)));
        }
    }

    fn no_handler(&mut self, ident: &Ident, has_receiver: bool, attr: &Attribute) {
        let (problem, help) = if has_receiver {
            ("is not `pub`", "mark it `pub` or `pub(crate)`, or remove `#[handler(..)]`")
        } else {
            ("takes no `self`", "take `&self` or `&mut self`, or remove `#[handler(..)]`")
        };
        let message = format!("`{ident}` {problem}, so it is no handler");
        self.scope.diagnostics.report(attr, message, help);
    }

    /// Reports two handlers that would be one variant.
    fn is_new(&mut self, handler: &Handler) -> bool {
        let variant = handler.variant.to_string();
        let Some(first) = self.variants.get(&variant) else {
            self.variants.insert(variant, handler.ident.clone());
            return true;
        };
        if *first == handler.ident {
            // Under a `cfg` it is another version of the same handler; otherwise rustc reports it.
            return !handler.attrs.cfgs.is_empty();
        }
        let message = format!(
            "handlers `{first}` and `{}` would both be the variant `{}::{variant}`",
            handler.ident, self.message
        );
        self.scope.diagnostics.report(&handler.ident, message, "rename one of them");
        false
    }

    fn hook(&mut self, item: &Item, method: &Method, kind: HookKind, attr: &Attribute) {
        let sig = &method.sig;
        if self.marked.contains(&kind) {
            let message = format!("`{}` marks a second method, `{}`", kind.marker(), sig.ident);
            self.scope.diagnostics.report(
                attr,
                message,
                "keep one of them, and let it call the other",
            );
            return;
        }
        self.marked.push(kind);
        let scope = &mut self.scope;
        let hook = hook::check(sig, &item.attrs, kind, scope);
        match kind {
            HookKind::Start => {
                let error = hook::start_error(sig, scope);
                self.hooks.start = hook.map(|hook| StartHook { hook, error });
            }
            HookKind::Stop => {
                hook::returns_nothing(sig, kind, scope);
                self.hooks.stop = hook;
            }
            HookKind::Idle => {
                hook::returns_nothing(sig, kind, scope);
                self.hooks.idle = hook;
            }
            HookKind::Release => {
                hook::returns_nothing(sig, kind, scope);
                self.hooks.release = hook;
            }
        }
    }

    pub(super) fn finish(
        self,
        actor: &Ident,
        self_ty: &Type,
    ) -> (Vec<Handler>, Vec<Source>, Hooks, HashMap<usize, Rewritten>) {
        if !self.has_candidate {
            let message = format!("no method of `{actor}` is a handler");
            let help = "mark the methods that answer messages `pub` or `pub(crate)`";
            self.scope.diagnostics.report(self_ty, message, help);
        }
        (self.handlers, self.sources, self.hooks, self.rewritten)
    }
}
