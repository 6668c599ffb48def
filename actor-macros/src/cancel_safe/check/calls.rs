//! Calls: what they are called on, what they are given, and what they may do.

use syn::{Expr, ExprCall, ExprMethodCall};

use super::{
    look::{Look, Mode},
    model::{Edit, Node, Words},
    names, place, report,
    scope::{Kind, Var},
    text::{code, text},
};

impl Look<'_> {
    pub(super) fn method(&mut self, expr: &Expr, call: &ExprMethodCall, mode: Mode) {
        let name = call.method.to_string();
        let is_outside = self.scope.is_outside(&call.receiver);
        let is_look = self.is_look(expr);
        if is_look && self.is_refused(expr, call, &name) {
            return;
        }
        // A local `Cell` or `Mutex`, which counts.
        let changes_cell = names::is_act(&name, Some(call.args.len())) || names::GUARDS.has(&name);
        let is_cell =
            changes_cell && self.scope.of(&call.receiver).is_some_and(|var| var.made.holds_cell);
        if is_cell && self.refuse_carried(&call.receiver) {
            return;
        }
        let is_part = names::VIEWS.has(&name) || names::THROUGH.has(&name);
        let gives_view = is_part && mode == Mode::Alias && self.scope.is_view(&call.receiver);
        self.operand(&call.receiver, if gives_view { Mode::Alias } else { Mode::Value });
        let gives_on = is_look && name != "scan" && self.scope.is_shared(&call.receiver);
        let around = std::mem::replace(&mut self.gives_on, gives_on);
        self.values(&call.args);
        self.gives_on = around;
        if !is_look {
            self.written(self.scope.changed_by(call), None, call);
            if !gives_view {
                self.keep_carried(expr, call);
            }
            return;
        }
        if is_outside && names::SETTLED.has(&name) {
            self.model.add(&call.receiver, Edit::Settled);
            if mode == Mode::Value && names::SETTLED_VIEWS.has(&name) {
                self.model.add(expr, Edit::Share);
            }
        } else if is_outside && !gives_view {
            self.lend(expr, call);
        } else if !gives_view {
            self.keep_carried(expr, call);
            if !names::only_looks(&name) {
                let words = report::changes(call, &text(&call.receiver), false);
                self.unguarded(expr, &call.receiver, words);
            }
        }
        if !gives_view {
            self.probe(&call.receiver);
        }
    }

    /// What is known to act, before the compiler is asked.
    fn is_refused(&mut self, expr: &Expr, call: &ExprMethodCall, name: &str) -> bool {
        let receiver = &*call.receiver;
        let is_own = matches!(place::bare(receiver), Expr::Lit(_) | Expr::Closure(_));
        let (arguments, takes) = (call.args.len(), names::takes(name, call.args.len()));
        if self.scope.is(receiver, Kind::Future) {
            if !matches!(name, "as_mut" | "deadline" | "is_elapsed" | "is_terminated") {
                self.refuse(expr, report::polls(receiver));
            }
        } else if names::is_shared_act(name, arguments) && self.scope.is_shared(receiver) {
            self.refuse_act(expr, report::changes(call, &text(receiver), takes));
        } else if names::is_act(name, Some(arguments)) && !is_own && !self.scope.is_fresh(receiver)
        {
            self.refuse_act(expr, report::acts(call));
        } else if let Some(lent) = call.args.iter().find(|arg| self.lends_on(arg)) {
            self.refuse_act(expr, report::lends(Some(code(call)), lent));
        } else {
            return false;
        }
        true
    }

    /// An argument that lends something outside to be changed.
    fn lends_on(&self, arg: &Expr) -> bool {
        match place::bare(arg) {
            Expr::Reference(it) if it.mutability.is_some() => {
                self.scope.is_view(&it.expr) || self.scope.is_shared_temporary(&it.expr)
            }
            arg => {
                self.scope.is_outside(arg)
                    && matches!(arg, Expr::Path(it) if it.path.is_ident("self"))
            }
        }
    }

    /// Leaves it to the compiler whether a method changes what it is called on.
    fn lend(&mut self, expr: &Expr, call: &ExprMethodCall) {
        if names::BY_REFERENCE.has(&call.method) {
            self.model.add(&call.receiver, Edit::Freeze);
            return;
        }
        let place = text(&call.receiver);
        let words = match self.taker == Some(expr.spot()) {
            true => report::may_take(call, &place),
            false => report::changes(call, &place, false),
        };
        self.model.add(expr, Edit::Look(words));
    }

    /// The same for a local of an earlier turn, which this one must not change.
    fn keep_carried(&mut self, expr: &Expr, call: &ExprMethodCall) {
        let var = self.scope.of(&call.receiver);
        let is_kept = var.is_some_and(|var| var.may_change() && var.made.kind != Kind::Future);
        if !is_kept || !self.is_carried(&call.receiver) {
            return;
        }
        let words = report::carries(&call.receiver);
        match names::is_shared_act(&call.method.to_string(), call.args.len()) {
            true => self.refuse(&call.receiver, words),
            false if names::BY_REFERENCE.has(&call.method) => {
                self.model.add(&call.receiver, Edit::Freeze);
            }
            false => self.model.add(expr, Edit::Look(words)),
        }
    }

    /// A change to a local, through which others must not see it.
    pub(super) fn unguarded(&mut self, expr: &Expr, place: &Expr, words: Words) {
        let places = self.scope.guarding(place);
        if !places.is_empty() && self.is_look(expr) && self.flow.waited.is_empty() {
            self.model.add(expr, Edit::Unguarded(words, places));
        }
    }

    /// A value without a name that may be a guard, through which others see what is changed.
    pub(super) fn probe(&mut self, value: &Expr) {
        if self.scope.may_be_guard(value) && self.trusted == 0 && self.flow.waited.is_empty() {
            self.model.add(value, Edit::Probe);
        }
    }

    pub(super) fn call(&mut self, expr: &Expr, call: &ExprCall) {
        if self.word(expr, call) {
            return;
        }
        let name = names::function(&call.func);
        let drops = name == "drop" && call.args.iter().all(|arg| place::root(arg).is_some());
        if drops {
            return;
        }
        if self.is_look(expr) {
            if self.is_refused_function(expr, call, &name) {
                return;
            }
            if self.scope.is_outside(&call.func) {
                self.model.add(&call.func, Edit::Freeze);
            }
        }
        self.operand(&call.func, Mode::Value);
        // A closure may change what it holds.
        if self.scope.of(&call.func).is_some_and(Var::may_change) {
            self.refuse_carried(&call.func);
        }
        self.values(&call.args);
    }

    fn is_refused_function(&mut self, expr: &Expr, call: &ExprCall, name: &str) -> bool {
        let first_is_fresh = call.args.first().is_none_or(|arg| match place::bare(arg) {
            Expr::Reference(it) => self.scope.is_fresh(&it.expr),
            arg => self.scope.is_fresh(arg),
        });
        let is_act = names::is_method_path(&call.func)
            && names::is_act(name, call.args.len().checked_sub(1))
            && !first_is_fresh;
        if names::ACT_FUNCTIONS.has(name) || is_act {
            self.refuse_act(expr, report::acts(call));
        } else if let Some(lent) = call.args.iter().find(|arg| self.lends_on(arg)) {
            let words = match self.taker == Some(expr.spot()) {
                true => report::may_take(call, &text(lent)),
                false => report::lends(Some(code(call)), lent),
            };
            self.refuse_act(expr, words);
        } else {
            return false;
        }
        true
    }

    /// `repeatable(..)` and `all_or_nothing(..)`, which are gone when the body is compiled.
    fn word(&mut self, expr: &Expr, call: &ExprCall) -> bool {
        let name = names::function(&call.func);
        let (true, Some(inner)) = (call.args.len() == 1, call.args.first()) else { return false };
        match name.as_str() {
            "repeatable" => {}
            "all_or_nothing" if self.is_look(expr) => {
                self.refuse(expr, report::must_be_matched(call));
                return true;
            }
            "all_or_nothing" => {}
            _ => return false,
        }
        self.model.add(expr, Edit::Word);
        self.trusting(|this| this.expr(inner, Mode::Alias));
        true
    }
}
