//! Branches, loops and jumps.

use quote::ToTokens;
use syn::{
    BinOp, Block, Expr, ExprBlock, ExprBreak, ExprForLoop, ExprIf, ExprLoop, ExprMatch, ExprWhile,
    Label, Pat,
};

use super::{
    guards,
    look::{Flow, Look, Mode, in_word},
    model::{Edit, Node},
    place, report,
    scope::{Kind, Made},
    text::text,
};

impl Look<'_> {
    pub(super) fn branch(&mut self, expr: &Expr, it: &ExprIf, mode: Mode) {
        let vars = self.scope.len();
        if let Some(guard) = self.turns.guard(expr, self.names) {
            let is_sure = guard.is_sure;
            let taken = (!is_sure).then_some(guard.value);
            self.guarded(it, is_sure, taken);
            self.scope.leave(vars);
            return;
        }
        let then = self.turns.begins_look(&it.then_branch);
        let other = match &it.else_branch {
            Some((_, other)) => self.turns.begins_look(other),
            None => self.turns.is_look(expr),
        };
        self.condition(&it.cond, then, other);
        let question = self.decide(&it.cond);
        let start = self.flow.clone();
        let waits = self.waits.len();
        self.block(&it.then_branch, mode);
        self.scope.leave(vars);
        if let Some(noted) = guards::keeps_nothing(it) {
            let help = report::keeps_nothing(noted, self.output);
            for wait in &mut self.waits[waits..] {
                wait.caret = noted.to_token_stream();
                wait.help = Some(help.clone());
            }
        }
        let then = std::mem::replace(&mut self.flow, start);
        if let Some((_, other)) = &it.else_branch {
            self.expr(other, mode);
        }
        // Where both ways go on, the question decides no more.
        if !then.is_dead && !self.flow.is_dead {
            self.undecide(question);
        }
        self.flow.join(then);
    }

    /// A block that a call made again skips is a turn of its own.
    fn guarded(&mut self, it: &ExprIf, is_sure: bool, taken: Option<&Expr>) {
        let before = self.flow.clone();
        let undone = self.undone.len();
        let waits = self.turns.waits(&it.then_branch);
        self.condition(&it.cond, waits, false);
        self.turn += 1;
        self.changed_in(&[], &it.then_branch);
        if let Some(taken) = taken {
            self.asked_taker(taken);
        }
        let decided = self.decided.len();
        self.block(&it.then_branch, Mode::Value);
        self.decided.truncate(decided);
        self.turn -= 1;
        // A wait in it that `break` leaves behind is known to its target.
        self.flow = before;
        self.restore_undone(undone);
        if is_sure {
            let asked = text(&it.cond);
            self.prove(&it.cond, format!("if {asked} {{ .. }}"));
        }
    }

    /// A condition, with what waits where it is true and where it is false.
    fn condition(&mut self, cond: &Expr, then: bool, other: bool) {
        match cond {
            Expr::Let(it) => {
                let made = self.made_by(&it.expr, &it.pat);
                let exact = place::takes_every_value(&it.pat, guards::is_nested(&it.expr));
                self.scrutinee(&it.expr, then, other, exact);
                self.bind(&it.pat, made);
            }
            Expr::Binary(it) if matches!(it.op, BinOp::And(_)) => {
                let right = self.turns.begins_look(&it.right);
                self.condition(&it.left, right, other);
                self.condition(&it.right, then, other);
            }
            Expr::Paren(it) => self.condition(&it.expr, then, other),
            cond => self.operand(cond, Mode::Value),
        }
    }

    /// What the names in a pattern of a branch are. `Some(mut x)` of a place is a copy.
    fn made_by(&self, value: &Expr, pattern: &Pat) -> Made {
        let mut made = self.scope.made(value, pattern);
        let is_copy = super::scope::names_in(pattern).iter().any(|(_, is_mutable)| *is_mutable);
        if is_copy && made.kind == Kind::Outside && place::root(value).is_some() {
            made = Made { from: self.scope.read_in(value), ..Made::of(Kind::Looked) };
        }
        made
    }

    /// What is matched on. It may act if nothing was changed where a wait follows: where it gives a
    /// value, no wait does, and every value is taken.
    pub(super) fn scrutinee(&mut self, value: &Expr, then: bool, other: bool, exact: bool) {
        let takes = exact && other && !then && self.trusted == 0;
        if takes && guards::is_taker(value) {
            self.asked_taker(value);
            self.taking(value);
        } else {
            self.taker = takes.then(|| place::tried(value).spot());
            self.expr(value, Mode::Alias);
        }
    }

    /// What takes all or nothing: by its type, or because the body says so.
    pub(super) fn asked_taker(&mut self, value: &Expr) {
        if let Expr::MethodCall(call) = place::tried(value) {
            self.model.add(&call.receiver, Edit::AllOrNothing);
        }
    }

    /// Runs over a taker as over an act.
    fn taking(&mut self, value: &Expr) {
        match place::tried(value) {
            Expr::MethodCall(call) => {
                self.operand(&call.receiver, Mode::Alias);
                self.values(&call.args);
                self.written(self.scope.path(&call.receiver), None, call);
            }
            call => {
                if let Some(inner) = in_word(call, "all_or_nothing") {
                    self.model.add(call, Edit::Word);
                    self.trusting(|this| this.expr(inner, Mode::Alias));
                }
            }
        }
    }

    pub(super) fn choice(&mut self, it: &ExprMatch, mode: Mode) {
        let is_nested = guards::is_nested(&it.expr);
        let (mut value, mut other, mut wild) = (false, false, false);
        for arm in &it.arms {
            let mut waits = self.turns.begins_look(&arm.body);
            if let Pat::Guard(guard) = &arm.pat {
                waits |= self.turns.waits(&guard.guard);
            }
            match place::is_empty_handed(&arm.pat, is_nested) {
                true => other |= waits,
                false => value |= waits,
            }
            wild |= waits && place::is_wild(&arm.pat);
        }
        let exact = it.arms.iter().all(|arm| {
            let pattern = &arm.pat;
            place::is_empty_handed(pattern, is_nested)
                || place::takes_every_value(pattern, is_nested)
        });
        self.scrutinee(&it.expr, value, other, exact || !wild);
        let question = self.decide(&it.expr);
        let start = self.flow.clone();
        let mut end = Flow::dead();
        let mut goes_on = true;
        for arm in &it.arms {
            let vars = self.scope.len();
            self.flow = start.clone();
            let made = self.made_by(&it.expr, &arm.pat);
            self.bind(&arm.pat, made);
            if let Pat::Guard(guard) = &arm.pat {
                self.condition(&guard.guard, true, true);
            }
            self.expr(&arm.body, mode);
            self.scope.leave(vars);
            goes_on &= !self.flow.is_dead;
            end.join(std::mem::take(&mut self.flow));
        }
        if goes_on {
            self.undecide(question);
        }
        self.flow = end;
    }

    pub(super) fn while_loop(&mut self, expr: &Expr, it: &ExprWhile) {
        let vars = self.scope.len();
        let before = self.flow.clone();
        let undone = self.undone.len();
        let waits = self.turns.waits(expr);
        if waits {
            self.turn += 1;
            self.changed_in(&[&it.cond], &it.body);
        }
        let body = self.turns.begins_look(&it.body);
        self.condition(&it.cond, body, self.turns.is_look(expr));
        let after_question = self.flow.clone();
        let decided = self.decided.len();
        self.decide(&it.cond);
        let left = self.looped(it.label.as_ref(), &it.body);
        self.decided.truncate(decided);
        self.turn -= usize::from(waits);
        self.scope.leave(vars);
        let has_proof = waits && !self.turns.waits(&it.cond);
        self.flow = if self.turns.waits(&it.cond) { after_question } else { before };
        self.flow.join(left);
        self.restore_undone(undone);
        if has_proof {
            self.prove(&it.cond, format!("while {} {{ .. }}", text(&it.cond)));
        }
    }

    pub(super) fn endless_loop(&mut self, expr: &Expr, it: &ExprLoop) {
        let waits = self.turns.waits(expr);
        let undone = self.undone.len();
        if waits {
            self.turn += 1;
            self.changed_in(&[], &it.body);
        }
        let decided = self.decided.len();
        let left = self.looped(it.label.as_ref(), &it.body);
        let asked = self.decided.split_off(decided);
        self.turn -= usize::from(waits);
        self.flow = left;
        self.restore_undone(undone);
        if waits && !self.flow.is_dead {
            self.prove_all(asked, "loop { .. }");
        }
    }

    pub(super) fn for_loop(&mut self, expr: &Expr, it: &ExprForLoop) {
        let made = self.scope.made(&it.expr, &it.pat);
        self.value(&it.expr);
        if self.turns.waits(expr) {
            self.refuse(&it.for_token, report::loses_position());
        }
        let vars = self.scope.len();
        self.bind(&it.pat, made);
        let before = self.flow.clone();
        let decided = self.decided.len();
        let left = self.looped(it.label.as_ref(), &it.body);
        self.decided.truncate(decided);
        self.scope.leave(vars);
        self.flow.join(before);
        self.flow.join(left);
    }

    /// The body of a loop. Gives what is known where `break` leaves it.
    fn looped(&mut self, label: Option<&Label>, body: &Block) -> Flow {
        self.left.enter(label, true, Flow::dead());
        self.block(body, Mode::Value);
        self.left.leave().unwrap_or_else(Flow::dead)
    }

    pub(super) fn labelled(&mut self, it: &ExprBlock, mode: Mode) {
        self.left.enter(it.label.as_ref(), false, Flow::dead());
        self.block(&it.block, mode);
        self.flow.join(self.left.leave().unwrap_or_else(Flow::dead));
    }

    pub(super) fn leave(&mut self, it: &ExprBreak) {
        self.values(it.expr.as_deref());
        let flow = std::mem::take(&mut self.flow);
        if let Some(left) = self.left.of(it.label.as_ref()) {
            left.join(flow);
        }
        self.flow.is_dead = true;
    }
}
