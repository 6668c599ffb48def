//! Statements, and the names that they give.

use syn::{Block, Expr, Local, LocalInit, Pat, Stmt};

use super::{
    look::{Look, Mode},
    macros::Opened,
    model::Edit,
    place,
    scope::{self, Kind, Made},
    waits::Awaited,
};

impl Look<'_> {
    /// A block, whose value is used as `mode` says.
    pub(super) fn block(&mut self, block: &Block, mode: Mode) {
        let vars = self.scope.len();
        for (position, stmt) in block.stmts.iter().enumerate() {
            match stmt {
                Stmt::Local(local) => {
                    self.part(|this| this.local(local, &block.stmts[position + 1..]));
                }
                Stmt::Expr(expr, None) if position + 1 == block.stmts.len() => {
                    self.expr(expr, mode);
                }
                Stmt::Expr(expr, _) => self.value(expr),
                Stmt::Macro(call) => self.part(|this| this.macro_call(&call.mac)),
                Stmt::Item(_) => {}
            }
        }
        self.scope.leave(vars);
    }

    fn local(&mut self, local: &Local, rest: &[Stmt]) {
        let Some(init) = &local.init else {
            self.bind(&local.pat, Made::of(Kind::Fresh));
            return;
        };
        let value = &init.expr;
        let mut made = self.scope.made(value, &local.pat);
        if let Some(how) = self.makes_awaited_future(local, value, rest) {
            self.awaited(value);
            if how == Awaited::Plainly {
                self.model.add(value, Edit::Ask);
            }
            made.kind = Kind::Future;
        } else if matches!(self.opened(value), Some(Opened::Pin(_))) {
            self.value(value);
            made.kind = Kind::Future;
        } else {
            self.initialized(local, init, &made);
        }
        if let Some((_, otherwise)) = &init.diverge {
            let flow = self.flow.clone();
            self.value(otherwise);
            self.flow = flow;
            self.decide(value);
        }
        self.bind(&local.pat, made);
    }

    fn initialized(&mut self, local: &Local, init: &LocalInit, made: &Made) {
        let value = &init.expr;
        match &init.diverge {
            Some((_, otherwise)) => {
                let value_waits = self.turns.is_look(local);
                let other_waits = self.turns.begins_look(otherwise);
                let exact = place::takes_every_value(&local.pat);
                self.scrutinee(value, value_waits, other_waits, exact);
            }
            None => self.expr(value, Mode::Alias),
        }
        self.probe_named(value, &local.pat, made);
    }

    /// A guard that a method of one's own gives has a name, and may be changed through it.
    pub(super) fn probe_named(&mut self, value: &Expr, pattern: &Pat, made: &Made) {
        let is_mutable = scope::names_in(pattern).iter().any(|(_, is_mutable)| *is_mutable);
        let is_call = matches!(
            place::bare(value),
            Expr::MethodCall(_) | Expr::Call(_) | Expr::Await(_) | Expr::Try(_)
        );
        let has_type = matches!(pattern, Pat::Type(_));
        if is_mutable && is_call && !has_type && made.kind == Kind::Looked && self.is_look(value) {
            self.model.add(value, Edit::Probe);
        }
    }

    /// `let next = self.rx.recv();`, if `next` is awaited later.
    fn makes_awaited_future(&self, local: &Local, value: &Expr, rest: &[Stmt]) -> Option<Awaited> {
        let Pat::Ident(name) = &local.pat else { return None };
        let is_call = matches!(place::bare(value), Expr::MethodCall(_) | Expr::Call(_));
        let is_view = self.scope.is_view(value) || scope::gives_guard(value);
        let is_future = is_call
            && !is_view
            && !self.turns.waits(value)
            && self.trusted == 0
            && self.elsewhere == 0;
        self.awaits(&name.ident, rest).filter(|_| is_future)
    }

    fn opened(&self, expr: &Expr) -> Option<&Opened> {
        match place::bare(expr) {
            Expr::Macro(call) => self.macros.get(&call.mac),
            _ => None,
        }
    }

    pub(super) fn bind(&mut self, pattern: &Pat, made: Made) {
        for (name, is_mutable) in scope::names_in(pattern) {
            self.scope.add(&name, is_mutable, self.turn, made.clone());
        }
    }
}
