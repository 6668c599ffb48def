//! Checks that an async body may be dropped at any `.await` and called again.
//!
//! ```text
//! syntax ── lower ──▶ steps ── flow ──▶ what is known at every point ── rules ──▶ verdict
//! ```
//!
//! It judges by syntax and by names alone, so it refuses when in doubt, and leaves to the borrow
//! checker what that can tell better (see [`Verdict::looks`]). What it cannot see is listed in
//! `docs/cancel-safety-limits.md`.

mod branches;
mod calls;
mod flow;
mod known;
mod loops;
mod lower;
mod place;
mod rules;
mod select;
mod stake;
mod state;
mod step;
mod text;
mod waits;

use syn::{Block, Signature};

#[cfg(test)]
pub(crate) use rules::Finding;
pub(crate) use {
    place::Spot,
    rules::{Doubt, Verdict},
};

/// Who has the arguments when the call is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// The call: they are lost with it.
    Given,
    /// A message, which is run to its end or not at all.
    InMessage,
}

/// Checks the body of one `async fn`.
pub(crate) fn check(signature: &Signature, block: &Block, arguments: Arguments) -> Verdict {
    let body = lower::body(signature, block);
    let mut report = rules::Report::new(signature.receiver().is_some());
    if let Some(caret) = body.lost_self.as_ref().filter(|_| arguments == Arguments::Given) {
        report.lost_self(caret);
    }
    let mut flow = flow::Flow::new(&body.locals, arguments == Arguments::InMessage, report);
    flow.run(&body.step);
    flow.report.finish()
}
