//! Checks that an async body may be dropped at any `.await` and called again.
//!
//! ```text
//! syntax ── turns (backwards) ──▶ who only looks ── look (forwards) ──▶ Verdict: findings, Model
//! ```
//!
//! *Look, wait, act*: from the start of a turn to its wait, nothing that outlives the call may change.
//! What is known to change something is refused here; the rest is lent to the compiler as shared, and
//! what is no question of borrows is asked of types. So what is not known to be harmless is refused.
//! What stays unseen is listed in `docs/cancel-safety-limits.md`.

mod calls;
mod control;
mod crossing;
mod guards;
mod idempotent;
mod invocations;
mod jumps;
mod look;
mod macros;
mod model;
mod names;
mod parameters;
mod place;
mod report;
mod scope;
mod select;
mod statements;
mod text;
mod turns;
mod waits;

use syn::{Block, Signature};

use self::{guards::Names, look::Look, macros::Macros, turns::Turns};
pub(crate) use self::{
    idempotent::repeated,
    macros::Opened,
    model::{Edit, Model, NamedPlace, Words},
    report::Finding,
    select::Select,
};

/// Who has the arguments when the call is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// The call: they are lost with it.
    Given,
    /// A message, which is run to its end or not at all.
    InMessage,
}

/// What the end of a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing can be lost there any more.
    Act,
    /// The call may still be dropped, and its answer with it.
    Wait,
}

/// What the check has to say about a body.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) findings: Vec<Finding>,
    /// What is left to the compiler.
    pub(crate) model: Model,
}

/// How deep expressions may stand in each other: each takes some of the compiler's stack.
const DEEPEST: usize = 128;

/// Checks the body of one function.
pub(crate) fn check(
    signature: &Signature,
    block: &Block,
    arguments: Arguments,
    end: End,
) -> Verdict {
    let macros = Macros::open(block);
    let names = Names::of(signature, block, &macros);
    let turns = Turns::of(block, &macros, &names, end == End::Wait);
    let mut look = Look::new(&macros, &turns, &names, &signature.output);
    let waits = turns.waits(block);
    if waits && macros.deepest > DEEPEST {
        look.refuse(&signature.ident, report::is_too_deep());
        return Verdict { findings: look.report.findings, model: Model::default() };
    }
    look.has_waits = waits;
    look.parameters(signature, arguments == Arguments::Given && waits);
    look.block(block, look::Mode::Value);
    let (findings, mut model) = (look.report.findings, look.model);
    model.macros = macros;
    Verdict { findings, model }
}
