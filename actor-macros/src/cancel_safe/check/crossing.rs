//! What crosses from one turn into another: questions that were asked before it, values that were
//! made before it, and loops and blocks that a call made again is to skip.

use quote::ToTokens;
use syn::{
    Block, Expr, ExprAssign, Pat, Stmt,
    visit::{self, Visit},
};

use super::{
    guards::makes_false,
    look::{Look, is_word},
    macros::{self, Macros},
    place, report,
    scope::{self, Scope},
    text::text,
    turns,
    waits::Waited,
};

/// A question whose answer decides whether what follows is reached.
pub(super) struct Question {
    expr: Expr,
    reads: Vec<String>,
    /// Where in the source it is.
    order: usize,
}

/// A loop or a block that is skipped as long as what it asks stays as it is.
pub(super) struct Proof {
    question: Option<Expr>,
    reads: Vec<String>,
    text: String,
}

/// A place that a turn changes.
struct Write<'a> {
    path: String,
    /// The variable that it is changed through.
    through: Option<String>,
    by: Option<&'a ExprAssign>,
    /// By what a wait is lent, rather than by an act.
    by_wait: bool,
}

impl Look<'_> {
    /// Notes a question. Gives where, so that it can be forgotten where it decides no more.
    pub(super) fn decide(&mut self, expr: &Expr) -> Option<usize> {
        let asks = match place::bare(expr) {
            Expr::Let(it) => &it.expr,
            expr => expr,
        };
        if self.turns.waits(expr) || is_word(asks, "repeatable") || self.trusted > 0 {
            return None;
        }
        let reads = self.scope.read_in(expr);
        if reads.is_empty() {
            return None;
        }
        self.decided.push(Question { expr: asks.clone(), reads, order: self.here });
        Some(self.decided.len() - 1)
    }

    pub(super) fn undecide(&mut self, question: Option<usize>) {
        if let Some(question) = question.filter(|question| *question < self.decided.len()) {
            self.decided.remove(question);
        }
    }

    /// Asks what a turn that begins here changes of what was looked at before it.
    pub(super) fn changed_in(&mut self, heads: &[&Expr], body: &Block) {
        let mut writes =
            Writes { scope: &self.scope, macros: self.macros, found: Vec::new(), in_wait: false };
        heads.iter().for_each(|head| writes.visit_expr(head));
        writes.visit_block(body);
        let writes = writes.found;
        let changed = |reads: &[String]| {
            let is_hit =
                |read: &&String| writes.iter().any(|write| place::overlap(&write.path, read));
            reads.iter().find(is_hit).cloned()
        };
        let hit = self.decided.iter().find_map(|question| {
            changed(&question.reads).map(|place| (question.expr.clone(), question.order, place))
        });
        for var in self.scope.all_mut() {
            // What is changed through a handle is not the handle.
            let is_hit = |read: &&String| {
                writes.iter().any(|write| {
                    write.through.as_ref() != Some(&var.name) && place::overlap(&write.path, read)
                })
            };
            if var.stale.is_none() {
                var.stale = var.made.from.iter().find(is_hit).cloned();
            }
        }
        if let Some((question, order, place)) = hit {
            self.refuse_at(order, &question, report::decides(&text(&question), &place));
        }
        for write in writes.iter().filter(|write| !write.by_wait) {
            self.written(Some(write.path.clone()), write.by, body);
        }
    }

    /// A loop or block is behind: it is skipped as long as its question has the same answer.
    pub(super) fn prove(&mut self, question: &Expr, text: String) {
        let reads = self.scope.read_in(question);
        self.proofs.push(Proof { question: Some(question.clone()), reads, text });
    }

    pub(super) fn prove_all(&mut self, questions: Vec<Question>, text: &str) {
        let reads = questions.into_iter().flat_map(|question| question.reads).collect();
        self.proofs.push(Proof { question: None, reads, text: text.to_owned() });
    }

    /// Places were changed: what asks about them may not be skipped any more, unless an assignment
    /// leaves the answer what it is.
    pub(super) fn written(
        &mut self,
        paths: impl IntoIterator<Item = String>,
        assign: Option<&ExprAssign>,
        by: &impl ToTokens,
    ) {
        let paths: Vec<_> = paths.into_iter().collect();
        let stays = |proof: &Proof| {
            assign.zip(proof.question.as_ref()).is_some_and(|(it, asked)| makes_false(asked, it))
        };
        let asks = |proof: &Proof| {
            let mut pairs =
                proof.reads.iter().flat_map(|read| paths.iter().map(move |path| (read, path)));
            pairs.any(|(read, path)| place::overlap(read, path)) && !stays(proof)
        };
        let (over, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.proofs).into_iter().partition(asks);
        self.proofs = kept;
        for proof in over {
            let caret = by.to_token_stream();
            self.waits.push(Waited { caret, is_undone: true, ..Waited::new(proof.text, false) });
            self.undone.push(self.waits.len() - 1);
            self.flow.waited.push(self.waits.len() - 1);
        }
    }

    /// What was undone in a loop or a block stays so behind it.
    pub(super) fn restore_undone(&mut self, since: usize) {
        for wait in &self.undone[since..] {
            self.flow.completed(*wait);
        }
    }
}

/// Finds the places outside that code may change.
struct Writes<'a, 's> {
    scope: &'s Scope,
    macros: &'a Macros,
    found: Vec<Write<'a>>,
    in_wait: bool,
}

impl<'a> Writes<'a, '_> {
    /// A place that is changed, or what is locked for it.
    fn add(&mut self, place: &Expr, by: Option<&'a ExprAssign>) {
        if self.scope.is_outside(place) {
            self.add_paths(place, self.scope.path(place), by);
        } else if let Some(locked) = place::guarded(place) {
            self.add_paths(locked, self.scope.shared_paths(locked), None);
        }
    }

    fn add_paths(
        &mut self,
        place: &Expr,
        paths: impl IntoIterator<Item = String>,
        by: Option<&'a ExprAssign>,
    ) {
        let (through, by_wait) = (place::root(place).map(ToString::to_string), self.in_wait);
        let write = |path| Write { path, through: through.clone(), by, by_wait };
        self.found.extend(paths.into_iter().map(write));
    }

    /// A guard that gets a name.
    fn add_named(&mut self, pattern: &Pat, value: &Expr) {
        if scope::names_in(pattern).iter().any(|(_, is_mutable)| *is_mutable) {
            if let Some(locked) = place::guarded(value) {
                self.add_paths(locked, self.scope.shared_paths(locked), None);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Writes<'ast, '_> {
    fn visit_block(&mut self, block: &'ast Block) {
        // What leaves the call is no concern of the next turn.
        if !matches!(block.stmts.last(), Some(Stmt::Expr(Expr::Return(_), _))) {
            visit::visit_block(self, block);
        }
    }

    fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {}

    fn visit_expr_await(&mut self, it: &'ast syn::ExprAwait) {
        let around = std::mem::replace(&mut self.in_wait, true);
        visit::visit_expr_await(self, it);
        self.in_wait = around;
    }

    fn visit_expr_assign(&mut self, it: &'ast syn::ExprAssign) {
        self.add(&it.left, Some(it));
        visit::visit_expr_assign(self, it);
    }

    fn visit_expr_binary(&mut self, it: &'ast syn::ExprBinary) {
        if turns::is_update(&it.op) {
            self.add(&it.left, None);
        }
        visit::visit_expr_binary(self, it);
    }

    fn visit_expr_reference(&mut self, it: &'ast syn::ExprReference) {
        if it.mutability.is_some() {
            self.add(&it.expr, None);
        }
        visit::visit_expr_reference(self, it);
    }

    fn visit_expr_method_call(&mut self, it: &'ast syn::ExprMethodCall) {
        let place = place::guarded(&it.receiver).unwrap_or(&it.receiver);
        self.add_paths(place, self.scope.changed_by(it), None);
        visit::visit_expr_method_call(self, it);
    }

    fn visit_local(&mut self, it: &'ast syn::Local) {
        if let Some(init) = &it.init {
            self.add_named(&it.pat, &init.expr);
        }
        visit::visit_local(self, it);
    }

    fn visit_expr_let(&mut self, it: &'ast syn::ExprLet) {
        self.add_named(&it.pat, &it.expr);
        visit::visit_expr_let(self, it);
    }

    fn visit_expr_match(&mut self, it: &'ast syn::ExprMatch) {
        it.arms.iter().for_each(|arm| self.add_named(&arm.pat, &it.expr));
        visit::visit_expr_match(self, it);
    }

    fn visit_expr_call(&mut self, it: &'ast syn::ExprCall) {
        // An argument that is a `&mut` already.
        let names = it.args.iter().filter(|arg| matches!(arg, Expr::Path(_)));
        names.for_each(|arg| self.add(arg, None));
        visit::visit_expr_call(self, it);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let Some(select) = self.macros.select(mac) else {
            macros::visit_opened(self, self.macros, mac);
            return;
        };
        for branch in &select.branches {
            let around = std::mem::replace(&mut self.in_wait, true);
            self.visit_expr(&branch.future);
            self.in_wait = around;
            branch.condition.iter().for_each(|condition| self.visit_expr(condition));
            self.visit_expr(&branch.handler);
        }
        select.otherwise.iter().for_each(|otherwise| self.visit_expr(otherwise));
    }
}
