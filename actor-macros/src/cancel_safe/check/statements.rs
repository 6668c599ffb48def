//! Statements, and the names that they give.

use syn::{Block, Expr, Item, ItemMacro, Local, LocalInit, Pat, Stmt};

use super::{
    guards,
    look::{Look, Mode},
    macros::Opened,
    model::Edit,
    place, report,
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
                Stmt::Item(Item::Macro(it)) => self.defined(it),
                Stmt::Item(_) => {}
            }
        }
        self.scope.leave(vars);
    }

    /// A macro may use the variables around its definition.
    fn defined(&mut self, it: &ItemMacro) {
        if self.scope.mentions(it.mac.tokens.clone(), &|_| true) {
            self.refuse(&it.mac.path, report::hides_variables());
        }
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
            self.initialized(local, init);
        }
        if let Some((_, otherwise)) = &init.diverge {
            let flow = self.flow.clone();
            self.value(otherwise);
            self.flow = flow;
            self.decide(value);
        }
        // Another name of a cell is as old as the cell.
        let alias = self.scope.alias(value).filter(|var| var.made.holds_cell);
        let turn = alias.map_or(self.turn, |var| var.turn);
        let around = std::mem::replace(&mut self.turn, turn);
        self.bind(&local.pat, made);
        self.turn = around;
    }

    fn initialized(&mut self, local: &Local, init: &LocalInit) {
        let value = &init.expr;
        match &init.diverge {
            Some((_, otherwise)) => {
                let value_waits = self.turns.is_look(local);
                let other_waits = self.turns.begins_look(otherwise);
                let exact = place::takes_every_value(&local.pat, guards::is_nested(value));
                self.scrutinee(value, value_waits, other_waits, exact);
            }
            None => self.expr(value, Mode::Alias),
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
