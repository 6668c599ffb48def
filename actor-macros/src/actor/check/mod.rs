//! Syntax to model: does the impl mean an actor?
//!
//! Everything wrong is reported, in source order. What is right gets into the model all the same.

mod arguments;
mod attrs;
mod handler;
mod hook;
mod options;
mod subject;
mod types;

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{Generics, PathArguments, Token, Type, Visibility, visit_mut::VisitMut};

use self::{attrs::HookKind, handler::Scope};
use super::{
    model::{Actor, Handler, Hooks},
    parse::{self, ActorImpl, Item, ItemKind, Marker, Method},
};
use crate::{diagnostics::Diagnostics, generics, lower::WithoutSelf, names, syntax};

/// Reports an item that is no impl block.
pub(super) fn not_an_impl(item: &TokenStream, error: syn::Error, diagnostics: &mut Diagnostics) {
    let mut words = item.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident),
        _ => None,
    });
    const KINDS: &[&str] =
        &["struct", "enum", "union", "trait", "mod", "fn", "type", "const", "static"];
    let mut before = words.by_ref().take_while(|word| word != "impl");
    match before.find(|word| KINDS.iter().any(|kind| word == kind)) {
        Some(keyword) => {
            let name = words.next().map_or_else(|| "Counter".to_owned(), |name| name.to_string());
            let help = match keyword.to_string().as_str() {
                "struct" | "enum" | "union" => format!("put it on `impl {name} {{ .. }}`"),
                _ => "put it on the impl block with the actor's methods".to_owned(),
            };
            diagnostics.report(
                &keyword,
                format!("`#[actor]` is on a `{keyword}`, but it reads methods"),
                help,
            );
        }
        None => diagnostics.report_syntax(error),
    }
}

/// The actor, unless it is in doubt what type it is.
pub(super) fn actor(
    options: parse::Options,
    syntax: &ActorImpl,
    diagnostics: &mut Diagnostics,
) -> Option<Actor> {
    let options = options::check(options, diagnostics);
    let ident = header(syntax, diagnostics)?;
    let self_ty = syntax::ungrouped(&syntax.self_ty);
    let message = options.message.unwrap_or_else(|| names::suffixed(&ident, "Message"));
    let handle = options.handle.unwrap_or_else(|| names::suffixed(&ident, "Handle"));

    let mut methods = Methods::new(&message, Scope { self_ty, diagnostics });
    for item in &syntax.items {
        methods.item(item);
    }
    let (handlers, hooks) = methods.finish(&ident, self_ty);

    let generics = without_self(&syntax.generics, self_ty);
    let carried = carried(&generics, &handlers);
    let widest = handlers.iter().map(|handler| &handler.vis).max_by_key(|vis| handler::reach(vis));
    Some(Actor {
        krate: options.krate,
        attrs: attrs::of_everything(&syntax.attrs),
        vis: widest.cloned().unwrap_or(Visibility::Public(<Token![pub]>::default())),
        ty: self_ty.clone(),
        ident,
        generics,
        carried,
        message,
        handle,
        mailbox: options.mailbox,
        threads: options.threads,
        handlers,
        hooks,
    })
}

/// The name of the type, if the block is an inherent impl of a type that has one.
fn header(syntax: &ActorImpl, diagnostics: &mut Diagnostics) -> Option<Ident> {
    let mistakes = diagnostics.count();
    if let Some(unsafe_token) = &syntax.unsafety {
        diagnostics.report(
            unsafe_token,
            "an impl of handlers cannot be `unsafe`",
            "leave out `unsafe`",
        );
    }
    let lifetimes: Vec<_> = syntax.generics.lifetimes().collect();
    if let Some(first) = lifetimes.first() {
        let message = format!(
            "an actor outlives the code that starts it, so it cannot borrow for `{}`",
            first.lifetime
        );
        diagnostics.report(first, message, "let it own its fields, or share them through `Arc`");
    }
    let ty = syntax::printed(&syntax.self_ty);
    if let Some(trait_) = &syntax.trait_ {
        let message = format!(
            "`#[actor]` is on an impl of the trait `{}`, but handlers are a type's own methods",
            syntax::printed(trait_)
        );
        diagnostics.report(trait_, message, format!("write the handlers in an `impl {ty}` block"));
    }
    let name = match syntax::last_segment(&syntax.self_ty) {
        Some(segment) if !matches!(segment.arguments, PathArguments::Parenthesized(_)) => {
            segment.ident.clone()
        }
        _ => {
            let help = "wrap it in a struct of yours, and write `impl` for that";
            diagnostics.report(
                &syntax.self_ty,
                format!("`{ty}` cannot be an actor: it has no name"),
                help,
            );
            return None;
        }
    };
    (diagnostics.count() == mistakes).then_some(name)
}

fn without_self(generics: &Generics, self_ty: &Type) -> Generics {
    let mut generics = generics.clone();
    WithoutSelf { self_ty }.visit_generics_mut(&mut generics);
    generics
}

/// The generics of the message and the handle.
fn carried(generics: &Generics, handlers: &[Handler]) -> Generics {
    let fields = handlers.iter().flat_map(Handler::fields).map(|field| &field.ty);
    let answers = handlers.iter().map(|handler| handler.answer.ty());
    generics::mentioned(generics, &fields.chain(answers).collect::<Vec<_>>())
}

/// Goes through the items of the impl.
struct Methods<'a> {
    message: &'a Ident,
    scope: Scope<'a>,
    handlers: Vec<Handler>,
    hooks: Hooks,
    /// Who has which variant, and which markers were seen.
    variants: HashMap<String, Ident>,
    marked: Vec<HookKind>,
    /// Whether a method is meant to be a handler, even if it is wrong.
    has_candidate: bool,
}

impl<'a> Methods<'a> {
    fn new(message: &'a Ident, scope: Scope<'a>) -> Self {
        Self {
            message,
            scope,
            handlers: Vec::new(),
            hooks: Hooks::default(),
            variants: HashMap::new(),
            marked: Vec::new(),
            has_candidate: false,
        }
    }

    fn item(&mut self, item: &'a Item) {
        match &item.kind {
            ItemKind::Method(method) => self.method(item, method),
            ItemKind::Unreadable { vis, error } => {
                if !matches!(vis, Visibility::Inherited) {
                    self.has_candidate = true;
                    self.scope.diagnostics.report_syntax(error.clone());
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

    fn method(&mut self, item: &'a Item, method: &'a Method) {
        let marked = attrs::markers(&item.markers, &item.attrs, self.scope.diagnostics);
        let is_public = !matches!(method.vis, Visibility::Inherited);
        let ident = &method.sig.ident;
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
            Some(receiver) if is_public => {
                self.has_candidate = true;
                let handler =
                    handler::check(method, &item.attrs, &marked, receiver, &mut self.scope);
                let handler = handler.filter(|handler| self.is_new(handler));
                self.handlers.extend(handler);
            }
            receiver => {
                if let Some(attr) = marked.handler {
                    let (problem, help) = match receiver {
                        Some(_) => (
                            "is not `pub`",
                            "mark it `pub` or `pub(crate)`, or remove `#[handler(..)]`",
                        ),
                        None => (
                            "takes no `self`",
                            "take `&self` or `&mut self`, or remove `#[handler(..)]`",
                        ),
                    };
                    self.scope.diagnostics.report(
                        attr,
                        format!("`{ident}` {problem}, so it is no handler"),
                        help,
                    );
                }
            }
        }
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

    fn hook(&mut self, item: &Item, method: &Method, kind: HookKind, attr: &syn::Attribute) {
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
                let start = hook::start(sig, scope);
                self.hooks.start = hook.map(|hook| (hook, start));
            }
            HookKind::Stop => {
                hook::returns_nothing(sig, kind, scope);
                self.hooks.stop = hook;
            }
            HookKind::Idle => {
                hook::returns_nothing(sig, kind, scope);
                self.hooks.idle = hook;
            }
        }
    }

    fn finish(self, actor: &Ident, self_ty: &Type) -> (Vec<Handler>, Hooks) {
        if !self.has_candidate {
            let message = format!("no method of `{actor}` is a handler");
            let help = "mark the methods that answer messages `pub` or `pub(crate)`";
            self.scope.diagnostics.report(self_ty, message, help);
        }
        (self.handlers, self.hooks)
    }
}
