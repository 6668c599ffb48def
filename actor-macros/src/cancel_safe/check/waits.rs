//! Waits: what they may borrow, and that there is one of them in a turn.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{
    Expr, ExprAwait, ExprCall, ExprMethodCall, Macro, Stmt,
    visit::{self, Visit},
};

use super::{
    look::{Flow, Look, Mode, in_word, is_word},
    macros::{self, Macros},
    model::Edit,
    names, place, report,
    scope::{Kind, Made},
    select::{Branch, Select},
    text::text,
};

/// A wait that has completed.
pub(super) struct Waited {
    pub(super) caret: TokenStream,
    /// Where in the source it is.
    pub(super) order: usize,
    pub(super) text: String,
    /// Whether it is a loop or a block that is not skipped any more.
    pub(super) is_undone: bool,
    /// Whether the body may say that waiting again is harmless.
    pub(super) can_repeat: bool,
    /// Better advice than the usual.
    pub(super) help: Option<String>,
}

impl Waited {
    pub(super) fn new(text: String, can_repeat: bool) -> Self {
        Self { caret: TokenStream::new(), order: 0, text, is_undone: false, can_repeat, help: None }
    }
}

impl Look<'_> {
    pub(super) fn wait(&mut self, it: &ExprAwait) {
        let writes = self.awaited(&it.base);
        let is_repeatable = in_word(&it.base, "repeatable").is_some();
        let future = in_word(&it.base, "repeatable").unwrap_or(&it.base);
        let can_repeat = !is_consuming(future);
        if is_repeatable && !can_repeat {
            self.refuse(&it.base, report::does_not_come_again(&text(future)));
        }
        let text = text(future);
        self.completes(future, Waited::new(text, can_repeat), is_repeatable);
        self.written(writes, None, future);
    }

    /// A wait is over. Another one of this turn may not have been before it.
    fn completes(&mut self, caret: &impl ToTokens, wait: Waited, is_repeatable: bool) {
        if self.flow.is_dead || self.trusted > 0 {
            return;
        }
        for index in std::mem::take(&mut self.flow.waited) {
            let Waited { caret: at, order, text, is_undone, can_repeat, help } = &self.waits[index];
            if *is_undone {
                self.refuse(caret, report::undoes(text, &wait.text));
            } else if is_repeatable {
                self.refuse(caret, report::pauses_late(&wait.text));
            } else {
                let mut words = report::repeats(text, &wait.text, *can_repeat);
                words.help = help.clone().unwrap_or(words.help);
                self.refuse_at(*order, &at.clone(), words);
            }
        }
        if !is_repeatable {
            self.waits.push(Waited { caret: caret.to_token_stream(), order: self.here, ..wait });
            self.flow.waited = vec![self.waits.len() - 1];
        }
    }

    /// What is awaited: its receiver and its arguments may be borrowed mutably, if they are outside.
    /// Gives the places that it may change.
    pub(super) fn awaited(&mut self, future: &Expr) -> Vec<String> {
        let mut writes = Vec::new();
        match place::bare(future) {
            Expr::Call(call) => self.awaited_call(future, call, &mut writes),
            Expr::MethodCall(call) => self.awaited_method(future, call, &mut writes),
            Expr::Reference(it) if it.mutability.is_some() => {
                if self.scope.is(&it.expr, Kind::Future) {
                } else if self.scope.is_view(&it.expr) {
                    writes.extend(self.scope.path(&it.expr));
                    self.operand(&it.expr, Mode::Alias);
                } else if place::root(&it.expr).is_some() {
                    self.refuse(future, report::loses(&it.expr));
                } else {
                    // `(&mut make()).await`: what is made here is dropped here.
                    writes = self.awaited(&it.expr);
                    self.model.add(&it.expr, Edit::Ask);
                    self.model.add(place::bare(future), Edit::Asked);
                }
            }
            place if place::root(place).is_some() => {
                if self.scope.is(place, Kind::Future) {
                    self.model.add(future, Edit::Asked);
                } else if self.scope.of(place).is_some_and(|var| var.made.lends_local) {
                    self.refuse(future, report::loses(place));
                }
                writes.extend(self.scope.path(place).filter(|_| self.scope.is_outside(place)));
            }
            _ if self.scope.is_view(future) => self.expr(future, Mode::Alias),
            _ => self.value(future),
        }
        writes
    }

    fn awaited_call(&mut self, future: &Expr, call: &ExprCall, writes: &mut Vec<String>) {
        let name = names::function(&call.func);
        match (name.as_str(), call.args.last()) {
            ("assume_cancel_safe", _) => {
                let reason = call.args.first();
                if reason.is_some_and(is_empty_text) {
                    self.refuse(&call.args.first(), report::has_no_reason());
                }
            }
            ("repeatable", Some(inner)) if call.args.len() == 1 => {
                self.model.add(place::bare(future), Edit::Word);
                writes.extend(self.awaited(inner));
            }
            ("requeue", Some(inner)) if !matches!(inner, Expr::Reference(_)) => {
                writes.extend(self.awaited(inner));
            }
            // What it wraps is asked with it.
            (_, Some(inner)) if names::WRAPPERS.has(&name) => {
                let before = call.args.len() - 1;
                self.values(call.args.iter().take(before));
                writes.extend(self.awaited(inner));
            }
            (_, Some(inner)) if is_box_pin(call) => {
                writes.extend(self.awaited(inner));
                self.model.add(inner, Edit::Ask);
                self.model.add(place::bare(future), Edit::Asked);
            }
            // Its closure is the wait, and nothing is known of it.
            ("poll_fn", _) => {}
            _ => call.args.iter().for_each(|arg| self.lent(arg, &name, writes)),
        }
    }

    fn awaited_method(&mut self, future: &Expr, call: &ExprMethodCall, writes: &mut Vec<String>) {
        let name = call.method.to_string();
        let receiver = &*call.receiver;
        let is_outside = self.scope.is_outside(receiver);
        if is_outside || self.scope.is_view(receiver) {
            writes.extend(self.scope.path(receiver));
            self.operand(receiver, Mode::Alias);
        } else if let (Some(var), Some(root)) = (self.scope.of(receiver), place::root(receiver)) {
            let (is_lost, is_asked) = (var.made.lends_local, var.made.kind != Kind::Future);
            let is_self = var.name == "self";
            self.place(receiver);
            if is_lost {
                self.refuse(receiver, report::loses(receiver));
            } else if is_asked && !is_self {
                self.model.add(place::bare(future), Edit::Outlives(root.to_token_stream()));
            }
        } else {
            self.value(receiver);
            self.probe_awaited(receiver);
        }
        call.args.iter().for_each(|arg| self.lent(arg, &name, writes));
    }

    /// A receiver without a name: has to stand for something that others have too.
    fn probe_awaited(&mut self, receiver: &Expr) {
        let is_queue = matches!(place::bare(receiver), Expr::Call(call)
            if names::function(&call.func) == "requeue");
        // A copy of a handle is one; of anything else it is nothing that could be awaited.
        let is_call = match place::bare(receiver) {
            Expr::MethodCall(call) => call.method != "clone",
            receiver => matches!(receiver, Expr::Call(_)),
        };
        if is_call && !is_queue && self.trusted == 0 {
            self.model.add(receiver, Edit::Outliving);
        }
    }

    /// An argument of what is awaited.
    fn lent(&mut self, arg: &Expr, method: &str, writes: &mut Vec<String>) {
        self.part(|this| this.lent_part(arg, method, writes));
        for local in self.scope.cells_in(arg) {
            self.model.add(arg, Edit::Frozen(local));
        }
    }

    fn lent_part(&mut self, arg: &Expr, method: &str, writes: &mut Vec<String>) {
        match place::bare(arg) {
            Expr::Reference(it) if it.mutability.is_some() => {
                if self.scope.is_view(&it.expr) && !self.scope.is_own_variable(&it.expr) {
                    writes.extend(self.scope.path(&it.expr));
                    self.operand(&it.expr, Mode::Alias);
                } else {
                    self.filled(arg, &it.expr, method);
                }
            }
            Expr::MethodCall(it)
                if names::VIEWS.has(&it.method)
                    && place::root(&it.receiver).is_some()
                    && !self.scope.is_view(arg) =>
            {
                self.filled(arg, &it.receiver, method);
            }
            Expr::Path(_) if self.scope.of(arg).is_some_and(|var| var.made.lends_local) => {
                self.refuse(arg, report::loses(arg));
            }
            Expr::Path(_) if self.scope.is_outside(arg) => {
                self.place(arg);
                writes.extend(self.scope.path(arg));
            }
            _ if self.scope.is_view(arg) && place::root(arg).is_none() => {
                self.expr(arg, Mode::Alias);
            }
            _ => self.value(arg),
        }
    }

    /// A local that a wait fills: only if that comes in one piece, and is of this turn.
    fn filled(&mut self, arg: &Expr, local: &Expr, method: &str) {
        if place::root(local).is_none() || !names::delivers_whole(method) {
            self.refuse(arg, report::loses(local));
            return;
        }
        if !names::OVERWRITES.has(method) {
            self.refuse_carried(local);
        }
        self.place(local);
    }

    /// `select!`: all futures are made, one wait, then one handler.
    pub(super) fn select(&mut self, mac: &Macro, select: &Select) {
        let before = self.flow.clone();
        let all_repeatable =
            select.branches.iter().all(|branch| is_word(&branch.future, "repeatable"));
        let wait = Waited::new(format!("{}!", text(&mac.path)), false);
        self.completes(&mac.path, wait, all_repeatable);
        let won = self.flow.clone();
        let mut end = Flow::dead();
        for branch in &select.branches {
            self.flow = before.clone();
            let writes = self.race(branch);
            self.flow = won.clone();
            if is_word(&branch.future, "repeatable") {
                self.flow.waited.clear();
            }
            self.written(writes, None, &branch.future);
            let vars = self.scope.len();
            self.bind(&branch.pattern, Made::of(Kind::Looked));
            self.value(&branch.handler);
            self.scope.leave(vars);
            end.join(std::mem::take(&mut self.flow));
        }
        if let Some(otherwise) = &select.otherwise {
            self.flow = won;
            self.value(otherwise);
            end.join(std::mem::take(&mut self.flow));
        }
        self.flow = end;
    }

    /// A branch of `select!` before one of them wins.
    fn race(&mut self, branch: &Branch) -> Vec<String> {
        if !place::loses_nothing(&branch.pattern) {
            self.part(|this| this.refuse(&branch.pattern, report::loses_unmatched()));
        }
        self.part(|this| {
            let writes = this.awaited(&branch.future);
            let repeated = in_word(&branch.future, "repeatable");
            if let Some(future) = repeated.filter(|future| is_consuming(future)) {
                this.refuse(&branch.future, report::does_not_come_again(&text(future)));
            }
            this.values(&branch.condition);
            writes
        })
    }

    /// How one of the statements awaits the variable, if one does.
    pub(super) fn awaits(&self, name: &Ident, rest: &[Stmt]) -> Option<Awaited> {
        let mut awaits = Awaits { name, macros: self.macros, found: None };
        rest.iter().for_each(|stmt| awaits.visit_stmt(stmt));
        awaits.found
    }
}

/// How a future with a name is awaited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    Plainly,
    /// The body says that dropping it is harmless.
    Assumed,
}

/// Looks for a wait for a variable.
struct Awaits<'a> {
    name: &'a Ident,
    macros: &'a Macros,
    found: Option<Awaited>,
}

impl Awaits<'_> {
    fn how(&self, future: &Expr) -> Option<Awaited> {
        match place::bare(future) {
            Expr::Path(it) => it.path.is_ident(self.name).then_some(Awaited::Plainly),
            Expr::Reference(it) => self.how(&it.expr),
            Expr::MethodCall(it) if it.method == "as_mut" => self.how(&it.receiver),
            Expr::Call(it) => {
                let (name, inner) = (names::function(&it.func), it.args.last()?);
                match name.as_str() {
                    "assume_cancel_safe" => self.how(inner).map(|_| Awaited::Assumed),
                    "repeatable" | "requeue" => self.how(inner),
                    name if names::WRAPPERS.has(name) => self.how(inner),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl<'ast> Visit<'ast> for Awaits<'ast> {
    fn visit_expr_await(&mut self, it: &'ast syn::ExprAwait) {
        self.found = self.found.or_else(|| self.how(&it.base));
        visit::visit_expr_await(self, it);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if let Some(select) = self.macros.select(mac) {
            let found = select.branches.iter().find_map(|branch| self.how(&branch.future));
            self.found = self.found.or(found);
        }
        macros::visit_opened(self, self.macros, mac);
    }
}

/// Whether a wait gives something that does not come again.
fn is_consuming(future: &Expr) -> bool {
    match place::bare(future) {
        Expr::MethodCall(call) => names::CONSUMES.has(&call.method),
        Expr::Call(call) if names::WRAPPERS.has(&names::function(&call.func)) => {
            call.args.last().is_some_and(is_consuming)
        }
        _ => false,
    }
}

/// `Box::pin(future)`.
fn is_box_pin(call: &ExprCall) -> bool {
    let Expr::Path(it) = &*call.func else { return false };
    let mut segments = it.path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == "pin")
        && segments.next().is_some_and(|ty| ty.ident == "Box")
}

fn is_empty_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(it)
        if matches!(&it.lit, syn::Lit::Str(text) if text.value().trim().is_empty()))
}
