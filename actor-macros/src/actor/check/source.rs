//! Checks a method that handles the events of a source: `#[on(EXPR)]`.

use proc_macro2::{Ident, TokenTree};
use syn::{
    Attribute, Expr, FnArg, Meta, Pat, PatType, Signature, Type, Visibility,
    visit::{self, Visit},
};

use super::{attrs, hook, markers::Markers, scope::Scope, subject::Subject, types};
use crate::{
    actor::{
        model::{self, Source, SourceParameter},
        parse::{Event, Method},
    },
    diagnostics::Diagnostics,
    names::{self, Namer},
    syntax,
};

/// The branches of a `select!`, without the one for the mailbox.
const MOST_SOURCES: usize = 63;

/// Each condition doubles the number of `select` methods.
const MOST_CONDITIONS: usize = 3;

const EXAMPLE: &str = "write what the actor waits for, `#[on(self.ticks.tick())]`, with an optional guard: \
                       `#[on(self.ticks.tick(), if self.is_on)]`";

/// The source; `None` if a mistake in it was reported.
pub(super) fn check(
    method: &Method,
    attrs: &[Attribute],
    markers: &Markers<'_>,
    scope: &mut Scope<'_>,
) -> Option<Source> {
    let mistakes = scope.diagnostics.count();
    let sig = &method.sig;
    let marker = "#[on(..)]";
    let event = event(markers.on?, scope.diagnostics);
    let has_source = scope.diagnostics.count() == mistakes;
    let travelling = attrs::travelling(attrs);
    let this = format!("`{marker}` method `{}`", sig.ident);
    attrs::refuse_unreadable(&travelling.cfgs, &this, scope.diagnostics);
    visibility(method, scope.diagnostics);
    let one_type = [
        "its source yields one type",
        "take the type that the source yields, or make the actor generic",
    ];
    hook::qualifiers(sig, marker, one_type, scope.diagnostics);
    let receiver = hook::receiver(sig, marker, scope);
    let parameters = Parameters::check(sig, has_source, scope);
    let help = "return nothing; keep the value in the actor, or take `&Context<Self>` and call `context.stop()`";
    hook::returns_nothing(sig, marker, help, scope.diagnostics);
    hook::where_clause(sig, marker, scope.diagnostics);
    if scope.diagnostics.count() > mistakes {
        return None;
    }
    let event = event?;
    let (ty, value) = parameters.value?;
    Some(Source {
        ident: sig.ident.clone(),
        cfgs: travelling.cfgs,
        is_deprecated: travelling.is_deprecated,
        receiver: receiver?,
        is_async: sig.asyncness.is_some(),
        future: event.source,
        guard: event.guard,
        parameters: parameters.all,
        ty,
        value,
    })
}

fn event(on: &Attribute, diagnostics: &mut Diagnostics) -> Option<Event> {
    let event = match &on.meta {
        Meta::List(list) if !list.tokens.is_empty() => list.parse_args::<Event>(),
        _ => {
            let message = format!("`{}` names no source of events", syntax::printed(on));
            diagnostics.report(on, message, EXAMPLE);
            return None;
        }
    };
    let event = match event {
        Ok(event) => event,
        Err(error) => {
            diagnostics.report_syntax(&error, EXAMPLE);
            return None;
        }
    };
    rest(&event, diagnostics);
    for expr in [&event.source].into_iter().chain(&event.guard) {
        Waits { diagnostics }.visit_expr(expr);
    }
    refuse_now(&event.source, diagnostics);
    refuse_others(&event.source, diagnostics);
    Some(event)
}

/// Reports what cannot be a future, but is written by people who know other macros.
fn refuse_others(source: &Expr, diagnostics: &mut Diagnostics) {
    match source {
        Expr::Assign(assign) => {
            let help = format!(
                "write `#[on({})]`, and the pattern as the parameter of the method",
                syntax::printed(&assign.right)
            );
            let message = "`#[on(..)]` takes a future, without a pattern for its value";
            diagnostics.report(&assign.left, message, help);
        }
        Expr::Closure(_) => {
            diagnostics.report(source, "`#[on(..)]` takes a future, and not a closure", EXAMPLE);
        }
        Expr::Lit(_) => {
            diagnostics.report(source, "`#[on(..)]` takes a future, and not a literal", EXAMPLE);
        }
        _ => {}
    }
}

fn rest(event: &Event, diagnostics: &mut Diagnostics) {
    let mut rest = event.rest.clone().into_iter();
    let Some(first) = rest.next() else { return };
    let last = rest.next().filter(|_| rest.next().is_none());
    if let Some(word) = last.filter(|last| matches!(last, TokenTree::Ident(word) if word == "if")) {
        diagnostics.report(word, "this guard has no condition", EXAMPLE);
    } else if event.guard.is_none() && matches!(&first, TokenTree::Ident(word) if word == "if") {
        let help = "put a comma before `if`";
        diagnostics.report(first, "expected a comma between the source and its guard", help);
    } else {
        let message = "only a guard may follow a source";
        diagnostics.report(first, message, EXAMPLE);
    }
}

/// Reports `.await` and `?`, which would suspend or leave the generated method.
struct Waits<'a> {
    diagnostics: &'a mut Diagnostics,
}

impl<'ast> Visit<'ast> for Waits<'_> {
    fn visit_expr_await(&mut self, expr: &'ast syn::ExprAwait) {
        let message = "`#[on(..)]` awaits its source itself";
        self.diagnostics.report(expr.await_token, message, "remove `.await`");
    }

    fn visit_expr_try(&mut self, expr: &'ast syn::ExprTry) {
        let message = "`?` in `#[on(..)]` has no caller to return an error to";
        let help = "move the `?` into a `#[cancel_safe]` method that returns a `Result`, and handle the error here";
        self.diagnostics.report(expr.question_token, message, help);
        visit::visit_expr_try(self, expr);
    }

    // Inside these they are allowed.
    fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}
    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
}

/// Reports `sleep_until(Instant::now() + second)`, which starts over after each message.
fn refuse_now(source: &Expr, diagnostics: &mut Diagnostics) {
    let Expr::Call(call) = source else { return };
    let Some(now) = call.args.iter().find_map(now) else { return };
    let message = "this deadline moves with every message, so it may never be reached";
    let help = "keep the deadline in the actor, and write `sleep_until(self.deadline)`";
    diagnostics.report(now, message, help);
}

/// The call of a function `now` inside an expression.
fn now(expr: &Expr) -> Option<syn::ExprCall> {
    struct Now(Option<syn::ExprCall>);

    impl<'ast> Visit<'ast> for Now {
        fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
            match &*call.func {
                Expr::Path(path)
                    if path.path.segments.last().is_some_and(|last| last.ident == "now") =>
                {
                    self.0 = Some(call.clone());
                }
                _ => visit::visit_expr_call(self, call),
            }
        }
    }

    let mut search = Now(None);
    search.visit_expr(expr);
    search.0
}

fn visibility(method: &Method, diagnostics: &mut Diagnostics) {
    if matches!(method.vis, Visibility::Inherited) {
        return;
    }
    let vis = syntax::printed(&method.vis);
    let message = format!(
        "`#[on(..)]` method `{}` is `{vis}`, but it is not a handler: only its source calls it",
        method.sig.ident
    );
    let help =
        format!("remove `{vis}`; to call it from outside as well, add a handler that calls it");
    diagnostics.report(&method.vis, message, help);
}

/// The parameters of the method.
#[derive(Default)]
struct Parameters {
    all: Vec<SourceParameter>,
    value: Option<(Type, Ident)>,
}

impl Parameters {
    /// `has_source` is false if the source was reported: then its value is not known.
    fn check(sig: &Signature, has_source: bool, scope: &mut Scope<'_>) -> Self {
        let mut parameters = Self::default();
        let mistakes = scope.diagnostics.count();
        for argument in &sig.inputs {
            if let FnArg::Typed(typed) = argument {
                parameters.add(sig, typed, scope);
            }
        }
        if has_source && parameters.value.is_none() && scope.diagnostics.count() == mistakes {
            let message =
                format!("`#[on(..)]` method `{}` does not take the value of its source", sig.ident);
            let help = "add a parameter for it, or `_: Type` to ignore it";
            scope.diagnostics.report(&sig.ident, message, help);
        }
        parameters
    }

    fn add(&mut self, sig: &Signature, typed: &PatType, scope: &mut Scope<'_>) {
        let ident = &sig.ident;
        if let Some(cfg) = attrs::cfgs(&typed.attrs).first() {
            let message = format!("`#[on(..)]` method `{ident}` has a `#[cfg]` on a parameter");
            let help = "put the `#[cfg(..)]` on the whole method";
            scope.diagnostics.report(cfg, message, help);
        }
        if scope.is_context(&typed.ty) {
            if self.all.iter().any(|other| matches!(other, SourceParameter::Context(_))) {
                let message = format!("`#[on(..)]` method `{ident}` takes the context twice");
                scope.diagnostics.report(&typed.ty, message, "keep one of them");
            }
            self.all.push(SourceParameter::Context(syntax::name_span(&typed.ty)));
            return;
        }
        let name = syntax::last_segment(&typed.ty).map(|segment| segment.ident.to_string());
        if matches!(name.as_deref(), Some("Reply" | "Replies")) {
            let message = format!(
                "`#[on(..)]` method `{ident}` takes `{}`, but an event has no caller",
                syntax::printed(&typed.ty)
            );
            let help = "remove it; to reply to an earlier message, keep its `Reply` in the actor";
            scope.diagnostics.report(&typed.ty, message, help);
        } else if self.value.is_some() {
            let message = format!(
                "`#[on(..)]` method `{ident}` takes more than one value, but its source yields one"
            );
            let help = "take one value, or a tuple if the source yields one";
            scope.diagnostics.report(typed, message, help);
        } else {
            types::check(&typed.ty, Subject::Event { handler: ident }, scope.diagnostics);
            self.all.push(SourceParameter::Value);
            self.value = Some(((*typed.ty).clone(), value_name(&typed.pat)));
        }
    }
}

/// A name for the value in the generated code.
fn value_name(pat: &Pat) -> Ident {
    let mut namer = Namer::default();
    for taken in ["incoming", "context"] {
        namer.fresh(taken);
    }
    match pat {
        Pat::Ident(pat) => namer.claim(&names::without_leading_underscores(&pat.ident)),
        _ => namer.fresh("event"),
    }
}

/// Reports `first` without sources.
pub(super) fn check_first(key: Option<&Ident>, sources: &[Source], diagnostics: &mut Diagnostics) {
    if let Some(key) = key.filter(|_| sources.is_empty()) {
        let message = "`first` has no effect without a source of events";
        let help = "remove `first`, or add a source: `#[on(self.ticks.tick())]`";
        diagnostics.report(key, message, help);
    }
}

/// The condition under which messages are taken. Without sources it is reported, because only an event
/// could make it true again.
pub(super) fn messages_if(
    option: Option<(Ident, Expr)>,
    sources: &[Source],
    diagnostics: &mut Diagnostics,
) -> Option<Expr> {
    let message = "`messages_if` without a source of events could hold messages back forever";
    condition(option, message, sources, diagnostics)
}

/// The condition under which a closed actor goes on. Without sources it is reported, because such an actor
/// ends only when all of its messages are handled.
pub(super) fn busy_if(
    option: Option<(Ident, Expr)>,
    sources: &[Source],
    diagnostics: &mut Diagnostics,
) -> Option<Expr> {
    let message =
        "`busy_if` has no effect without a source of events that the actor could wait for";
    condition(option, message, sources, diagnostics)
}

/// A condition that only an event can change, so that `message` is reported without a source.
fn condition(
    option: Option<(Ident, Expr)>,
    message: &str,
    sources: &[Source],
    diagnostics: &mut Diagnostics,
) -> Option<Expr> {
    let (key, condition) = option?;
    if sources.is_empty() {
        let help = format!("remove `{key}`, or add a source: `#[on(self.ticks.tick())]`");
        diagnostics.report(key, message, help);
        return None;
    }
    Waits { diagnostics }.visit_expr(&condition);
    Some(condition)
}

/// Reports the first source, or the first condition, beyond the limit.
pub(super) fn check_number(sources: &[Source], diagnostics: &mut Diagnostics) {
    let Some(last) = sources.last() else { return };
    if sources.len() == MOST_SOURCES + 1 {
        let message = format!("an actor has at most {MOST_SOURCES} sources of events");
        let help = "merge some of them into a stream, a `StreamMap` or a `JoinSet`";
        diagnostics.report(&last.ident, message, help);
    }
    let conditions = |sources: &[Source]| {
        model::conditions(sources.iter().flat_map(|source| &source.cfgs)).len()
    };
    let before = conditions(&sources[..sources.len() - 1]);
    if before <= MOST_CONDITIONS && conditions(sources) > MOST_CONDITIONS {
        let message =
            format!("the sources of an actor have more than {MOST_CONDITIONS} different `#[cfg]`s");
        let help =
            "reuse the condition of another source, or write a guard: `#[on(.., if cfg!(..))]`";
        diagnostics.report(last.cfgs.last(), message, help);
    }
}
