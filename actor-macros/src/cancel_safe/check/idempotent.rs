//! Handlers whose author says that doing them twice is harmless, as far as their body shows.

use syn::{
    BinOp, Block, Expr, Signature,
    visit::{self, Visit},
};

use super::{
    names, place,
    report::{self, Finding, Report},
    turns,
};

/// What is done twice if an idempotent handler is, and what is lost with its answer.
pub(crate) fn repeated(signature: &Signature, block: &Block) -> Vec<Finding> {
    let mut twice = Twice { is_async: signature.asyncness.is_some(), report: Report::default() };
    twice.visit_block(block);
    twice.report.findings
}

struct Twice {
    is_async: bool,
    report: Report,
}

impl<'ast> Visit<'ast> for Twice {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        // What an `async fn` adds may be what it has received, once for each time.
        let takes = names::takes(&name, call.args.len());
        let is_twice = takes || names::adds(&name) && !self.is_async;
        if is_twice && is_of_self(&call.receiver) {
            let words = report::is_not_idempotent(call, takes);
            self.report.add(0, call, words);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_binary(&mut self, it: &'ast syn::ExprBinary) {
        let is_bit = matches!(it.op, BinOp::BitOrAssign(_) | BinOp::BitAndAssign(_));
        if turns::is_update(&it.op) && !is_bit && is_of_self(&it.left) {
            self.report.add(0, it, report::is_not_idempotent(it, false));
        }
        visit::visit_expr_binary(self, it);
    }
}

fn is_of_self(expr: &Expr) -> bool {
    place::root(expr).is_some_and(|root| root == "self")
}
