//! Branches, loops and jumps.

use syn::{Expr, ExprIf, ExprMatch, Label, Pat};

use super::{
    super::step::{Arm, Branch, Head, Jump, Loop, Step},
    Lower,
    pattern::{has_more_than_one_form, is_empty_handed},
};

impl Lower {
    pub(super) fn control(&mut self, expr: &Expr) -> Step {
        match expr {
            Expr::If(branch) => self.if_(branch),
            Expr::Match(branch) => self.match_(branch),
            Expr::Let(condition) => self.let_(condition),
            Expr::Loop(forever) => {
                let body = self.block(&forever.body);
                Self::loop_(&forever.label, Head::Forever, body)
            }
            Expr::While(while_) => self.scope(|lower| {
                let head = Head::While(Box::new(lower.expr(&while_.cond)));
                let body = lower.block(&while_.body);
                Self::loop_(&while_.label, head, body)
            }),
            Expr::ForLoop(for_) => self.for_(for_),
            Expr::Block(block) => {
                let inner = self.block(&block.block);
                match &block.label {
                    Some(label) => Step::Labelled(label.name.ident.to_string(), Box::new(inner)),
                    None => inner,
                }
            }
            Expr::Unsafe(block) => self.block(&block.block),
            Expr::TryBlock(block) => self.block(&block.block),
            Expr::Break(jump) => {
                let value = Box::new(self.optional(jump.expr.as_deref()));
                let label = jump.label.as_ref().map(|label| label.ident.to_string());
                Step::Jump(Jump::Break { label, value })
            }
            Expr::Continue(jump) => {
                let label = jump.label.as_ref().map(|label| label.ident.to_string());
                Step::Jump(Jump::Continue { label })
            }
            Expr::Return(jump) => {
                Step::Jump(Jump::Leave(Box::new(self.optional(jump.expr.as_deref()))))
            }
            other => self.unreadable(other),
        }
    }

    fn optional(&mut self, expr: Option<&Expr>) -> Step {
        expr.map_or(Step::Idle, |expr| self.expr(expr))
    }

    fn if_(&mut self, branch: &ExprIf) -> Step {
        let (on, then) = self.scope(|lower| {
            let on = lower.expr(&branch.cond);
            (on, lower.block(&branch.then_branch))
        });
        let otherwise = branch.else_branch.as_ref().map(|(_, otherwise)| &**otherwise);
        let otherwise = self.optional(otherwise);
        let (then_is_empty, otherwise_is_empty) = match &*branch.cond {
            Expr::Let(condition) => {
                (is_empty_handed(&condition.pat), has_more_than_one_form(&condition.pat))
            }
            _ => (false, false),
        };
        let arms = vec![
            Arm { is_empty_handed: then_is_empty, ..Arm::plain(then) },
            Arm { is_empty_handed: otherwise_is_empty, ..Arm::plain(otherwise) },
        ];
        Step::Branch(Branch { on: Box::new(on), arms })
    }

    /// `let PATTERN = VALUE` in a condition; its names last as long as the scope around it.
    fn let_(&mut self, condition: &syn::ExprLet) -> Step {
        let (borrowed, place) =
            (self.view_of(&condition.expr), self.place_as_view(&condition.expr));
        let value = self.expr(&condition.expr);
        let binds = self.bind(&condition.pat, borrowed, place);
        Step::Bind(binds, Box::new(value))
    }

    fn match_(&mut self, branch: &ExprMatch) -> Step {
        let (borrowed, place) = (self.view_of(&branch.expr), self.place_as_view(&branch.expr));
        let on = self.expr(&branch.expr);
        let mut arms = Vec::new();
        for arm in &branch.arms {
            arms.push(self.scope(|lower| {
                let binds = lower.bind(&arm.pat, borrowed.clone(), place.clone());
                let guard = match &arm.pat {
                    Pat::Guard(pattern) => lower.expr(&pattern.guard),
                    _ => Step::Idle,
                };
                let body = lower.expr(&arm.body);
                let is_empty_handed = is_empty_handed(&arm.pat);
                Arm { binds, gives: None, guard, body, is_empty_handed }
            }));
        }
        Step::Branch(Branch { on: Box::new(on), arms })
    }

    fn for_(&mut self, for_: &syn::ExprForLoop) -> Step {
        let borrowed = self.view_of(&for_.expr);
        let items = Box::new(self.expr(&for_.expr));
        self.scope(|lower| {
            let binds = lower.bind(&for_.pat, borrowed, None);
            let body = lower.block(&for_.body);
            Self::loop_(&for_.label, Head::For { binds, items }, body)
        })
    }

    fn loop_(label: &Option<Label>, head: Head, body: Step) -> Step {
        let label = label.as_ref().map(|label| label.name.ident.to_string());
        Step::Loop(Loop { label, head, body: Box::new(body) })
    }
}
