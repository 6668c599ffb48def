//! Where a body only looks, found backwards.
//!
//! A *turn* begins at the start of the function, at the head of a loop that waits, and at a guarded
//! block; it ends where the loop goes round or the block ends. An expression is in the *look region*
//! if an `.await` of the same turn may still follow when it has run. All of this is a question of
//! syntax: one pass from the end of the body to its start answers it for every expression.

use std::collections::HashSet;

use syn::{
    BinOp, Block, Expr, ExprIf, ExprMatch, Macro, Pat, Stmt,
    visit::{self, Visit},
};

use super::{
    guards::{Guard, Names, guard},
    jumps::Targets,
    macros::{self, Macros},
    model::{Node, Spot},
    names,
};

/// What is known of each expression, block and `let` of a body.
#[derive(Default)]
pub(super) struct Turns {
    /// A wait may follow behind it; behind a `let`, where its pattern matches.
    after: HashSet<Spot>,
    /// A wait may follow from where it begins.
    before: HashSet<Spot>,
    /// There is a wait in it.
    waits: HashSet<Spot>,
}

impl Turns {
    /// `at_end` says whether the end of the function, and each `return`, is a wait.
    pub(super) fn of(block: &Block, macros: &Macros, names: &Names, at_end: bool) -> Self {
        let mut waits = Waits { macros, around: Vec::new(), waits: HashSet::new() };
        waits.visit_block(block);
        let turns = Self { waits: waits.waits, ..Self::default() };
        let mut backward = Backward { macros, names, turns, targets: Targets::new(), at_end };
        backward.block(block, at_end);
        backward.turns
    }

    pub(super) fn is_look<N: Node>(&self, node: &N) -> bool {
        self.after.contains(&node.spot())
    }

    pub(super) fn begins_look<N: Node>(&self, node: &N) -> bool {
        self.before.contains(&node.spot())
    }

    pub(super) fn waits<N: Node>(&self, node: &N) -> bool {
        self.waits.contains(&node.spot())
    }

    /// A block that runs only until it has noted that it did, if that matters here.
    pub(super) fn guard<'a>(&self, expr: &'a Expr, names: &Names) -> Option<Guard<'a>> {
        let Expr::If(branch) = expr else { return None };
        let matters = self.is_look(expr) || self.waits(&branch.then_branch);
        let guard = guard(branch, names).filter(|_| matters && !self.waits(&branch.cond))?;
        (guard.is_sure || !self.waits(&branch.then_branch)).then_some(guard)
    }
}

/// Marks what has a wait in it.
struct Waits<'a> {
    macros: &'a Macros,
    /// The expressions and blocks around this point.
    around: Vec<Spot>,
    waits: HashSet<Spot>,
}

impl<'ast> Visit<'ast> for Waits<'ast> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        // What these do happens elsewhere.
        if matches!(expr, Expr::Closure(_) | Expr::Async(_)) {
            return;
        }
        self.around.push(expr.spot());
        if matches!(expr, Expr::Await(_)) {
            self.waits.extend(&self.around);
        }
        visit::visit_expr(self, expr);
        self.around.pop();
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.around.push(block.spot());
        visit::visit_block(self, block);
        self.around.pop();
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if self.macros.select(mac).is_some() {
            self.waits.extend(&self.around);
        }
        macros::visit_opened(self, self.macros, mac);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Marks an expression and all in it as looks: when a closure or an async block runs is not known.
struct Looks<'a> {
    macros: &'a Macros,
    after: &'a mut HashSet<Spot>,
}

impl<'ast> Visit<'ast> for Looks<'ast> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.after.insert(expr.spot());
        visit::visit_expr(self, expr);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        macros::visit_opened(self, self.macros, mac);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Whether a wait may follow behind a jump out of a loop or a block.
struct Jumps {
    after_break: bool,
    after_continue: bool,
}

struct Backward<'a> {
    macros: &'a Macros,
    names: &'a Names,
    turns: Turns,
    targets: Targets<Jumps>,
    at_end: bool,
}

impl Backward<'_> {
    /// Whether a wait may follow from the start of `expr`, if `after` says so of its end.
    fn expr(&mut self, expr: &Expr, after: bool) -> bool {
        if after {
            self.turns.after.insert(expr.spot());
        }
        let before = self.inside(expr, after);
        if before {
            self.turns.before.insert(expr.spot());
        }
        before
    }

    fn inside(&mut self, expr: &Expr, after: bool) -> bool {
        match expr {
            Expr::Await(wait) => self.expr(&wait.base, true),
            Expr::Macro(call) => self.macro_call(&call.mac, after),
            Expr::Return(leave) => self.optional(leave.expr.as_deref(), self.at_end),
            Expr::Closure(_) | Expr::Async(_) => {
                if after {
                    Looks { macros: self.macros, after: &mut self.turns.after }.visit_expr(expr);
                }
                after
            }
            Expr::If(it) => self.branch(expr, it, after),
            Expr::Match(it) => self.choice(it, after),
            Expr::Loop(it) => {
                self.around(expr, it.label.as_ref(), after, |this, end| this.block(&it.body, end))
            }
            Expr::While(it) => self.around(expr, it.label.as_ref(), after, |this, end| {
                let body = this.block(&it.body, end);
                this.expr(&it.cond, body || after)
            }),
            Expr::ForLoop(it) => {
                let body = self
                    .around(expr, it.label.as_ref(), after, |this, _| this.block(&it.body, after));
                self.expr(&it.expr, body || after)
            }
            Expr::Block(it) => {
                let jumps = Jumps { after_break: after, after_continue: false };
                self.targets.enter(it.label.as_ref(), false, jumps);
                let before = self.block(&it.block, after);
                self.targets.leave();
                before
            }
            Expr::Unsafe(it) => self.block(&it.block, after),
            Expr::Break(jump) => {
                let to = self.targets.of(jump.label.as_ref()).is_some_and(|to| to.after_break);
                self.optional(jump.expr.as_deref(), to)
            }
            Expr::Continue(jump) => {
                self.targets.of(jump.label.as_ref()).is_some_and(|to| to.after_continue)
            }
            Expr::Binary(it) if matches!(it.op, BinOp::And(_) | BinOp::Or(_)) => {
                let right = self.expr(&it.right, after);
                self.expr(&it.left, right || after)
            }
            // Of types of one's own, the place is evaluated before the value.
            Expr::Binary(it) if is_update(&it.op) => self.all(&[&it.left, &it.right], after),
            _ => self.all(&children(expr), after),
        }
    }

    fn branch(&mut self, expr: &Expr, it: &ExprIf, after: bool) -> bool {
        let guard = self.turns.guard(expr, self.names);
        let ends_turn = guard.as_ref().is_some_and(|guard| guard.is_sure);
        let mut then = self.block(&it.then_branch, after && !ends_turn);
        if let Some(guard) = guard.filter(|guard| !guard.is_sure) {
            // What it notes may be nothing; then nothing else has changed.
            self.turns.after.remove(&guard.assign.spot());
            self.turns.after.remove(&guard.value.spot());
            then = after;
        }
        let other = it.else_branch.as_ref().map_or(after, |(_, other)| self.expr(other, after));
        self.expr(&it.cond, then || other)
    }

    fn choice(&mut self, it: &ExprMatch, after: bool) -> bool {
        let mut any = false;
        for arm in it.arms.iter().rev() {
            let body = self.expr(&arm.body, after);
            any |= match &arm.pat {
                Pat::Guard(guard) => self.expr(&guard.guard, body || any),
                _ => body,
            };
        }
        self.expr(&it.expr, any)
    }

    fn optional(&mut self, expr: Option<&Expr>, after: bool) -> bool {
        expr.map_or(after, |expr| self.expr(expr, after))
    }

    /// One after the other.
    fn all(&mut self, exprs: &[&Expr], after: bool) -> bool {
        exprs.iter().rev().fold(after, |after, expr| self.expr(expr, after))
    }

    /// A loop that waits begins a turn at its head: what comes before it looks.
    fn around(
        &mut self,
        expr: &Expr,
        label: Option<&syn::Label>,
        after: bool,
        body: impl FnOnce(&mut Self, bool) -> bool,
    ) -> bool {
        let waits = self.turns.waits(expr);
        let end = after && !waits;
        self.targets.enter(label, true, Jumps { after_break: after, after_continue: end });
        let before = body(self, end);
        self.targets.leave();
        before || waits
    }

    fn block(&mut self, block: &Block, after: bool) -> bool {
        let before = block.stmts.iter().rev().fold(after, |after, stmt| self.stmt(stmt, after));
        if before {
            self.turns.before.insert(block.spot());
        }
        before
    }

    fn stmt(&mut self, stmt: &Stmt, after: bool) -> bool {
        match stmt {
            Stmt::Local(local) => match &local.init {
                Some(init) => {
                    if after {
                        self.turns.after.insert(local.spot());
                    }
                    let other = match &init.diverge {
                        Some((_, other)) => self.expr(other, false),
                        None => false,
                    };
                    self.expr(&init.expr, after || other)
                }
                None => after,
            },
            Stmt::Expr(expr, _) => self.expr(expr, after),
            Stmt::Macro(call) => self.macro_call(&call.mac, after),
            Stmt::Item(_) => after,
        }
    }

    fn macro_call(&mut self, mac: &Macro, after: bool) -> bool {
        if let Some(select) = self.macros.select(mac) {
            for branch in &select.branches {
                self.expr(&branch.handler, after);
                self.expr(&branch.future, true);
                self.optional(branch.condition.as_ref(), true);
            }
            self.optional(select.otherwise.as_ref(), after);
            return true;
        }
        let after = after && !names::diverges(&mac.path);
        match self.macros.get(mac) {
            Some(opened) => self.all(&opened.exprs(), after),
            None => after,
        }
    }
}

/// The operands of an expression that has no flow of its own, in the order in which they run.
pub(super) fn children(expr: &Expr) -> Vec<&Expr> {
    struct Children<'ast>(Vec<&'ast Expr>);
    impl<'ast> Visit<'ast> for Children<'ast> {
        fn visit_expr(&mut self, child: &'ast Expr) {
            self.0.push(child);
        }

        // It borrows nothing, and is used in unsafe code only.
        fn visit_expr_raw_addr(&mut self, _: &'ast syn::ExprRawAddr) {}
    }
    let mut children = Children(Vec::new());
    visit::visit_expr(&mut children, expr);
    // An assignment evaluates its value first.
    if matches!(expr, Expr::Assign(_)) {
        children.0.reverse();
    }
    children.0
}

/// `+=` and its like.
pub(super) fn is_update(op: &BinOp) -> bool {
    use BinOp::*;
    matches!(
        op,
        AddAssign(_)
            | SubAssign(_)
            | MulAssign(_)
            | DivAssign(_)
            | RemAssign(_)
            | BitXorAssign(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
}
