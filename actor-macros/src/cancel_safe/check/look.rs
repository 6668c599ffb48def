//! The walk over a body: what acts too early, what is forgotten, and what the compiler is asked.
//!
//! It goes forward, in the order in which the body runs, over what [`Turns`] has found backwards.
//!
//! Three invariants carry the check:
//!
//! 1. When the call is dropped at a wait, nothing outside of it has changed since the turn began.
//! 2. A call made again comes to the start of the same turn: no earlier wait of the same pass is waited
//!    for again, and no question before the turn is answered otherwise.
//! 3. No local carries anything from one turn into another.
//!
//! So whatever a drop loses is made again from what is still there.

use quote::ToTokens;
use syn::{BinOp, Expr, ReturnType, UnOp};

use super::{
    crossing::{Proof, Question},
    guards::Names,
    jumps::Targets,
    macros::Macros,
    model::{Edit, Model, Spot, Words},
    names, place,
    report::{self, Report},
    scope::{Kind, Made, Scope},
    turns::{self, Turns},
    waits::Waited,
};

/// What becomes of the value of an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is used, so that a `&mut` in it would be too.
    Value,
    /// It gets a name, which then is a place like that which it looks into.
    Alias,
}

/// What is known at a point, on all paths to it.
#[derive(Clone, Default)]
pub(super) struct Flow {
    /// The waits of this turn that have completed, on any path.
    pub(super) waited: Vec<usize>,
    /// Whether no path comes here.
    pub(super) is_dead: bool,
}

impl Flow {
    /// Of a point that no path comes to.
    pub(super) fn dead() -> Self {
        Self { waited: Vec::new(), is_dead: true }
    }

    /// Joins another path to this point.
    pub(super) fn join(&mut self, other: Self) {
        match (self.is_dead, other.is_dead) {
            (_, true) => {}
            (true, false) => *self = other,
            (false, false) => other.waited.into_iter().for_each(|wait| self.completed(wait)),
        }
    }

    /// Adds a wait that has completed.
    pub(super) fn completed(&mut self, wait: usize) {
        if !self.waited.contains(&wait) {
            self.waited.push(wait);
        }
    }
}

pub(super) struct Look<'a> {
    pub(super) macros: &'a Macros,
    pub(super) turns: &'a Turns,
    pub(super) names: &'a Names,
    /// What the function gives.
    pub(super) output: &'a ReturnType,
    pub(super) model: Model,
    pub(super) report: Report,
    pub(super) scope: Scope,
    pub(super) flow: Flow,
    /// What is known where a loop or a block is left by `break`.
    pub(super) left: Targets<Flow>,
    /// The turn that this point is in: how many loops and blocks are around it that begin one.
    pub(super) turn: usize,
    /// All waits so far.
    pub(super) waits: Vec<Waited>,
    /// The loops and blocks that a call made again skips.
    pub(super) proofs: Vec<Proof>,
    /// Those that it does not skip any more, as waits that have completed.
    pub(super) undone: Vec<usize>,
    pub(super) decided: Vec<Question>,
    /// Whether it waits at all, and not only for its answer to be read.
    pub(super) has_waits: bool,
    /// How many parts of the body were looked at, and which of them is.
    parts: usize,
    pub(super) here: usize,
    /// A call that would be right if it took all or nothing.
    pub(super) taker: Option<Spot>,
    /// How many words around this point say that what is in them is harmless.
    pub(super) trusted: usize,
    /// How many closures and async blocks are around this point.
    pub(super) elsewhere: usize,
    /// Whether closures are given something by what others have, too.
    pub(super) gives_on: bool,
}

impl<'a> Look<'a> {
    pub(super) fn new(
        macros: &'a Macros,
        turns: &'a Turns,
        names: &'a Names,
        output: &'a ReturnType,
    ) -> Self {
        Self {
            macros,
            turns,
            names,
            output,
            model: Model::default(),
            report: Report::default(),
            scope: Scope::default(),
            flow: Flow::default(),
            left: Targets::new(),
            turn: 0,
            waits: Vec::new(),
            proofs: Vec::new(),
            undone: Vec::new(),
            decided: Vec::new(),
            has_waits: true,
            parts: 0,
            here: 0,
            taker: None,
            trusted: 0,
            elsewhere: 0,
            gives_on: false,
        }
    }

    pub(super) fn refuse(&mut self, at: &impl ToTokens, words: Words) {
        self.refuse_at(self.here, at, words);
    }

    /// Refuses something that was met before.
    pub(super) fn refuse_at(&mut self, order: usize, at: &impl ToTokens, words: Words) {
        if self.trusted == 0 {
            let words = if self.has_waits { words } else { words.about_answer() };
            self.report.add(order, at, words);
        }
    }

    /// Goes into a part of what is being looked at.
    pub(super) fn part<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.parts += 1;
        let around = std::mem::replace(&mut self.here, self.parts);
        let result = inside(self);
        self.here = around;
        result
    }

    /// Refuses an act. Between two waits of a turn the second wait is the mistake.
    pub(super) fn refuse_act(&mut self, at: &impl ToTokens, words: Words) {
        if self.flow.waited.is_empty() {
            self.refuse(at, words);
        }
    }

    /// Whether a place is of this call, and was there before this turn.
    pub(super) fn is_carried(&self, place: &Expr) -> bool {
        self.elsewhere == 0 && self.scope.is_carried(place, self.turn)
    }

    /// Refuses a change to such a place.
    pub(super) fn refuse_carried(&mut self, place: &Expr) -> bool {
        let is_carried = self.is_carried(place);
        if is_carried {
            self.refuse(place, report::carries(place));
        }
        is_carried
    }

    /// Whether `expr` may only look when it has its operands.
    pub(super) fn is_look(&self, expr: &Expr) -> bool {
        self.trusted == 0 && !self.flow.is_dead && self.turns.is_look(expr)
    }

    pub(super) fn values<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            self.value(expr);
        }
    }

    pub(super) fn value(&mut self, expr: &Expr) {
        self.expr(expr, Mode::Value);
    }

    pub(super) fn expr(&mut self, expr: &Expr, mode: Mode) {
        self.part(|this| this.any(expr, mode));
    }

    fn any(&mut self, expr: &Expr, mode: Mode) {
        match expr {
            Expr::Await(wait) if self.elsewhere == 0 => self.wait(wait),
            Expr::Await(wait) => self.value(&wait.base),
            Expr::Paren(it) => self.expr(&it.expr, mode),
            Expr::Group(it) => self.expr(&it.expr, mode),
            Expr::Try(it) => self.question_mark(it, mode),
            Expr::MethodCall(call) => self.method(expr, call, mode),
            Expr::Call(call) => self.call(expr, call),
            Expr::Reference(it) => self.reference(expr, it, mode),
            Expr::Path(_) | Expr::Field(_) | Expr::Index(_) => self.used(expr, mode),
            Expr::Unary(it) if matches!(it.op, UnOp::Deref(_)) => self.used(expr, mode),
            Expr::Assign(it) => {
                self.value(&it.right);
                let value = Some(&*it.right).filter(|value| !is_word(value, "repeatable"));
                self.assigned(expr, &it.left, value);
            }
            Expr::Binary(it) if turns::is_update(&it.op) => {
                self.place(&it.left);
                self.value(&it.right);
                self.assigned(expr, &it.left, None);
            }
            Expr::Binary(it) if matches!(it.op, BinOp::And(_) | BinOp::Or(_)) => {
                self.value(&it.left);
                let skipped = self.flow.clone();
                self.value(&it.right);
                self.flow.join(skipped);
            }
            Expr::If(it) => self.branch(expr, it, mode),
            Expr::Match(it) => self.choice(it, mode),
            Expr::While(it) => self.while_loop(expr, it),
            Expr::Loop(it) => self.endless_loop(expr, it),
            Expr::ForLoop(it) => self.for_loop(expr, it),
            Expr::Block(it) => self.labelled(it, mode),
            Expr::Unsafe(it) => self.block(&it.block, mode),
            Expr::Break(it) => self.leave(it),
            Expr::Continue(_) => self.flow.is_dead = true,
            Expr::Return(it) => {
                self.values(it.expr.as_deref());
                self.flow.is_dead = true;
            }
            Expr::Closure(it) => self.closure(it),
            Expr::Async(it) => self.elsewhere(|this| this.block(&it.block, Mode::Value)),
            Expr::Macro(it) => self.macro_call(&it.mac),
            Expr::Let(it) => {
                let made = self.scope.made(&it.expr, &it.pat);
                self.expr(&it.expr, Mode::Alias);
                self.bind(&it.pat, made);
            }
            Expr::Tuple(it) if mode == Mode::Alias => {
                it.elems.iter().for_each(|elem| self.expr(elem, mode));
            }
            Expr::Binary(_) | Expr::Cast(_) | Expr::Range(_) | Expr::Unary(_) => {
                turns::children(expr)
                    .into_iter()
                    .for_each(|operand| self.operand(operand, Mode::Value));
            }
            _ => self.values(turns::children(expr)),
        }
    }

    /// What is called, compared or borrowed: of a place, that is no use of its value.
    pub(super) fn operand(&mut self, expr: &Expr, mode: Mode) {
        match place::root(expr) {
            Some(_) => self.place(expr),
            None => self.expr(expr, mode),
        }
    }

    fn question_mark(&mut self, it: &syn::ExprTry, mode: Mode) {
        let mode = if self.scope.is_view(&it.expr) { mode } else { Mode::Value };
        self.expr(&it.expr, mode);
        self.decide(&it.expr);
    }

    fn closure(&mut self, it: &syn::ExprClosure) {
        let is_given = std::mem::take(&mut self.gives_on);
        let made = Made { may_be_guard: true, is_given, ..Made::of(Kind::Looked) };
        self.elsewhere(|this| {
            it.inputs.iter().for_each(|input| this.bind(input, made.clone()));
            this.value(&it.body);
        });
    }

    /// What a closure or an async block does is no step of this body.
    fn elsewhere(&mut self, inside: impl FnOnce(&mut Self)) {
        let (flow, vars) = (self.flow.clone(), self.scope.len());
        let decided = self.decided.len();
        self.elsewhere += 1;
        inside(self);
        self.elsewhere -= 1;
        self.flow = flow;
        self.decided.truncate(decided);
        self.scope.leave(vars);
    }

    /// `&place` and `&mut place`.
    fn reference(&mut self, expr: &Expr, it: &syn::ExprReference, mode: Mode) {
        if it.mutability.is_some() {
            let lends = self.scope.is_view(&it.expr) || self.scope.is_shared_temporary(&it.expr);
            let lends = lends && !self.scope.is_own_variable(&it.expr);
            if self.is_look(expr) && mode == Mode::Value && lends {
                self.refuse_act(expr, report::lends(None, &it.expr));
                return;
            }
            if !self.refuse_carried(&it.expr) {
                self.unguarded(expr, &it.expr, report::lends(None, &it.expr));
            }
        }
        self.operand(&it.expr, mode);
    }

    /// A place that is read: what is in its indices runs.
    pub(super) fn place(&mut self, expr: &Expr) {
        match expr {
            Expr::Path(_) => self.named(expr),
            Expr::Field(it) => self.place(&it.base),
            Expr::Index(it) => {
                self.place(&it.expr);
                self.value(&it.index);
            }
            Expr::Paren(it) => self.place(&it.expr),
            Expr::Group(it) => self.place(&it.expr),
            Expr::Unary(it) if matches!(it.op, UnOp::Deref(_)) => self.place(&it.expr),
            _ => {
                self.value(expr);
                if self.is_look(expr) {
                    self.probe(expr);
                }
            }
        }
    }

    /// A variable: what it was made from may have changed since.
    fn named(&mut self, expr: &Expr) {
        let stale = self.scope.of(expr).and_then(|var| var.stale.clone());
        if let Some(place) = stale {
            self.refuse(expr, report::is_stale(expr, &place));
        }
    }

    /// A place that is used by value. Of a `&mut` that would be to lend it on.
    fn used(&mut self, expr: &Expr, mode: Mode) {
        self.place(expr);
        if !self.is_look(expr) || !self.flow.waited.is_empty() {
            return;
        }
        let name = names::function(expr);
        let is_act = names::is_act(&name, None) || self.gives_on && names::is_shared_act(&name, 0);
        if names::is_method_path(expr) && is_act {
            self.refuse(expr, report::acts(expr));
        }
        if mode == Mode::Alias {
            return;
        }
        let Some(var) = self.scope.of(expr) else { return };
        match var.made.kind {
            Kind::Outside if matches!(expr, Expr::Path(it) if it.path.is_ident("self")) => {
                self.refuse(expr, report::lends(None, expr));
            }
            Kind::Outside if !matches!(expr, Expr::Unary(_)) => self.model.add(expr, Edit::Copy),
            Kind::Future => self.refuse(expr, report::polls(expr)),
            _ => {}
        }
    }

    /// `place = value`, also inside of a tuple.
    fn assigned(&mut self, whole: &Expr, left: &Expr, value: Option<&Expr>) {
        match left {
            Expr::Tuple(syn::ExprTuple { elems, .. })
            | Expr::Array(syn::ExprArray { elems, .. }) => {
                elems.iter().for_each(|elem| self.assigned(whole, elem, None));
            }
            Expr::Paren(it) => self.assigned(whole, &it.expr, value),
            Expr::Infer(_) => {}
            _ => self.assigned_place(whole, left, value),
        }
    }

    fn assigned_place(&mut self, whole: &Expr, left: &Expr, value: Option<&Expr>) {
        let is_repeatable = value.is_none()
            && matches!(whole, Expr::Assign(it) if is_word(&it.right, "repeatable"));
        // A variable by itself is of the call, also if it refers to what is outside.
        let is_variable = matches!(left, Expr::Path(_)) && self.scope.of(left).is_some();
        let is_outside = self.scope.is_outside(left) && !is_variable;
        let acts = is_outside || self.scope.changes_through(left);
        if self.is_look(whole) && acts && !is_repeatable {
            self.refuse_act(whole, report::assigns(whole, left, value));
        } else if !self.refuse_carried(left) && !is_variable {
            self.unguarded(whole, left, report::assigns(whole, left, value));
        }
        if let (true, Some(value), Some(name)) = (is_variable, value, place::root(left)) {
            let made = self.scope.made_plainly(value);
            self.scope.assign(&name.to_string(), made);
        }
        if let Some(place) = place::guarded(left) {
            self.written(self.scope.shared_paths(place), None, whole);
        }
        if is_outside {
            let assign = if let Expr::Assign(it) = whole { Some(it) } else { None };
            self.written(self.scope.path(left), assign, whole);
        }
        // What is in its indices runs. Of `+=` it ran before.
        if matches!(whole, Expr::Assign(_)) && !is_variable {
            self.place(left);
        }
    }

    /// Puts what the check found so far behind a word that says it is harmless.
    pub(super) fn trusting(&mut self, inside: impl FnOnce(&mut Self)) {
        self.trusted += 1;
        inside(self);
        self.trusted -= 1;
    }
}

/// Whether `expr` is `word(..)`.
pub(super) fn is_word(expr: &Expr, word: &str) -> bool {
    in_word(expr, word).is_some()
}

/// What is in the parentheses of `word(..)`.
pub(super) fn in_word<'e>(expr: &'e Expr, word: &str) -> Option<&'e Expr> {
    match place::bare(expr) {
        Expr::Call(call) if call.args.len() == 1 && super::names::function(&call.func) == word => {
            call.args.first()
        }
        _ => None,
    }
}
