//! The seven rules, and what is said when one is broken.
//!
//! *A `#[cancel_safe]` function may be dropped at any `.await` and called again. So whatever it has
//! got must be in `self` (or behind a reference it was given) before it waits again: nothing it
//! awaited or took out may sit in a local across a later `.await`, or decide which `.await` comes
//! next; one wait per pass, unless `self` remembers that a step is done; and everything it awaits
//! must be cancel safe itself.*

use std::{collections::HashMap, fmt};

use super::{
    place::{Caret, LocalId, Spot},
    stake::{Kind, Stake},
    state::{Passed, Preset},
    step::Refusal,
};

/// The name of a rule, as messages and documents give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A value got from an await is needed at or after a later await, or decides which await runs.
    Awaited,
    /// A value taken out of what outlives the call is held across an await, or moved into one.
    Taken,
    /// A local is filled by an await or changed between awaits, or a `for` loop waits.
    Local,
    /// An earlier await of this pass has completed and nothing in `self` says so, so that a call
    /// made anew would do it again.
    Again,
    /// `self` is changed before the await in a way that a call made anew repeats or undoes.
    Before,
    /// An owned argument, or `self` by value, is lost.
    Argument,
    /// `join!` holds what its first branches gave, or a macro hides an `.await`.
    Macro,
    /// The body is too large to be followed. No rule, but no promise either.
    TooLarge,
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Awaited => "CS1",
            Self::Taken => "CS2",
            Self::Local => "CS3",
            Self::Again => "CS4",
            Self::Before => "CS5",
            Self::Argument => "CS6",
            Self::Macro => "CS7",
            Self::TooLarge => "CS0",
        })
    }
}

/// One mistake.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    pub(crate) caret: Caret,
    pub(crate) message: String,
    pub(crate) help: String,
    /// The wait at which something is lost.
    wait: usize,
    /// The local that is lost.
    local: Option<LocalId>,
    /// Whether it is only about the position of a `for` loop.
    is_position: bool,
}

/// What the check has to say about a body.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// In source order.
    pub(crate) findings: Vec<Finding>,
    /// Method calls that are right if they only look. Their receivers are to be borrowed by `&`, so
    /// that the borrow checker decides.
    pub(crate) looks: HashMap<Spot, Doubt>,
}

/// What would be wrong with a method call if it changed what it is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Its value, which it may have taken out, is held over an await (CS2).
    Held,
    /// It runs before an await, and again in a call made anew (CS5).
    Repeated,
}

/// Collects the mistakes. A loop is run over more than once, so the same one may come again.
pub(super) struct Report {
    verdict: Verdict,
    has_self: bool,
    /// What outlives the call, in the words of the messages.
    keeper: &'static str,
}

impl Report {
    pub(super) fn new(has_self: bool) -> Self {
        let keeper = if has_self { "`self`" } else { "a place behind `&mut`" };
        Self { verdict: Verdict::default(), has_self, keeper }
    }

    fn add(&mut self, rule: Rule, at: &Caret, wait: usize, message: String, help: String) {
        self.add_for(None, rule, at, wait, message, help);
    }

    fn add_for(
        &mut self,
        local: Option<LocalId>,
        rule: Rule,
        at: &Caret,
        wait: usize,
        message: String,
        help: String,
    ) {
        let is_known = self.verdict.findings.iter().any(|known| match local {
            Some(_) => known.local == local,
            None => known.caret.order == at.order && known.rule == rule && known.local.is_none(),
        });
        if !is_known {
            let finding =
                Finding { rule, caret: at.clone(), message, help, wait, local, is_position: false };
            self.verdict.findings.push(finding);
        }
    }

    /// CS1, CS2, CS3, CS6: `name` is lost at the wait `wait`.
    pub(super) fn lost(
        &mut self,
        id: LocalId,
        name: &str,
        stake: &Stake,
        at: &Caret,
        wait: &Caret,
    ) {
        if let (Kind::MaybeTaken, Some(spot)) = (stake.kind, stake.spot) {
            self.look(spot, Doubt::Held);
            return;
        }
        let (rule, message, help) = self.story(name, stake);
        self.add_for(Some(id), rule, at, wait.order, message, help);
    }

    /// Which rule is broken when `name` is lost, what is lost, and how to keep it.
    fn story(&self, name: &str, stake: &Stake) -> (Rule, String, String) {
        let (from, keeper) = (&stake.from, self.keeper);
        let here = "if the call is dropped at this `.await`";
        match stake.kind {
            Kind::Awaited => (
                Rule::Awaited,
                format!("`{name}` holds what `{from}` gave, and is lost {here}"),
                self.how_to_keep(from),
            ),
            Kind::Taken => (
                Rule::Taken,
                format!("`{name}` was taken out by `{from}`, and is lost {here}"),
                "look at it, wait, and take it out only after the last `.await`".to_owned(),
            ),
            Kind::MaybeTaken => (
                Rule::Taken,
                format!(
                    "`{name}` comes from `{from}`, which may take it out of {keeper}, and is lost {here}"
                ),
                "borrow it, or take it out only after the last `.await`".to_owned(),
            ),
            Kind::Filled => (
                Rule::Local,
                format!(
                    "`{name}` lives only in this call and collects what `{from}` gives: all of it is lost {here}"
                ),
                format!("keep `{name}` in {keeper}"),
            ),
            Kind::Changed => (
                Rule::Local,
                format!(
                    "`{name}` lives only in this call and is changed between waits (`{from}`): the change is lost {here}"
                ),
                format!("keep `{name}` in {keeper}"),
            ),
            Kind::Argument => (
                Rule::Argument,
                format!("the argument `{name}` belongs to this call, and is lost {here}"),
                format!("take `{name}` by reference"),
            ),
        }
    }

    fn how_to_keep(&self, from: &str) -> String {
        let is_lock =
            [".lock()", ".read()", ".write()", "acquire()"].iter().any(|end| from.ends_with(end));
        if is_lock {
            return "do not hold it while waiting, or write `repeatable(..)` around it if asking for it again is harmless"
                .to_owned();
        }
        format!("store it in {} before waiting again", self.keeper)
    }

    /// CS2, for a value without a name.
    pub(super) fn taken_for(&mut self, stake: &Stake, wait: &Caret) {
        if let (Kind::MaybeTaken, Some(spot)) = (stake.kind, stake.spot) {
            self.look(spot, Doubt::Held);
            return;
        }
        let from = &stake.from;
        let takes = if stake.kind == Kind::Taken { "takes" } else { "may take" };
        let message = format!(
            "`{from}` {takes} a value out for this wait, and it is lost if the call is dropped there"
        );
        let help = "wait first, then take it out".to_owned();
        self.add(Rule::Taken, stake.origin.as_ref().unwrap_or(wait), wait.order, message, help);
    }

    /// CS1: the wait runs only because of what an earlier one gave.
    pub(super) fn decided(&mut self, by: &str, wait: &Caret) {
        let message = format!(
            "whether this `.await` runs was decided by what `{by}` gave, which is forgotten if the call is dropped here"
        );
        let help = format!("store it in {0} first, then decide from {0}", self.keeper);
        self.add(Rule::Awaited, wait, wait.order, message, help);
    }

    /// CS3, for what a closure changes while the call waits.
    pub(super) fn changed_by_closure(&mut self, id: LocalId, name: &str, at: &Caret) {
        let message = format!(
            "`{name}` lives only in this call and is changed while it waits: the change is lost if the call is dropped at this `.await`"
        );
        let help = format!("keep `{name}` in {}", self.keeper);
        self.add_for(Some(id), Rule::Local, at, at.order, message, help);
    }

    /// CS3, for the position of a `for` loop.
    pub(super) fn position(&mut self, wait: &Caret) {
        let message =
            "how far this `for` loop has come is lost if the call is dropped at this `.await`"
                .to_owned();
        let help = format!("keep the position in {} and use `while`", self.keeper);
        let count = self.verdict.findings.len();
        self.add(Rule::Local, wait, wait.order, message, help);
        if let Some(added) = self.verdict.findings.get_mut(count) {
            added.is_position = true;
        }
    }

    /// CS4.
    pub(super) fn again(&mut self, finished: &Passed, wait: &Caret) {
        let message = format!(
            "`{}` has completed when the call waits here, and a call made anew would do it again",
            finished.text
        );
        let (place, assigned) = if self.has_self { ("self.x", "self.x") } else { ("x", "*x") };
        let help = format!(
            "keep its result in {} and skip it when it is there, `if {place}.is_none() {{ {assigned} = Some(..) }}`, \
             or write `repeatable(..)` around it if doing it again is harmless",
            self.keeper
        );
        self.add(Rule::Again, wait, wait.order, message, help);
    }

    /// CS5, for what is done twice.
    pub(super) fn changed_before(&mut self, change: &str, wait: &Caret) {
        let message = format!(
            "`{change}` has already run when the call waits here, and a call made anew would run it again"
        );
        self.add(Rule::Before, wait, wait.order, message, "move it after the `.await`".to_owned());
    }

    /// CS5, for what a call made anew undoes.
    pub(super) fn undone(&mut self, preset: &Preset, wait: &Caret) {
        let Preset { path, text, .. } = preset;
        let message = format!(
            "`{text}` runs again in a call made anew, and undoes what an earlier wait has put into `{path}`"
        );
        let help = format!(
            "move it after the last `.await`, or behind a question that {} answers",
            self.keeper
        );
        self.add(Rule::Before, wait, wait.order, message, help);
    }

    /// CS5, for what is set before a wait and set back after it.
    pub(super) fn half_changed(&mut self, preset: &Preset, later: &str, wait: &Caret) {
        let Preset { path, text, .. } = preset;
        let message = format!(
            "`{text}` has run when the call waits here and `{later}` has not: a call dropped in between leaves `{path}` half changed"
        );
        self.add(
            Rule::Before,
            wait,
            wait.order,
            message,
            format!("write `{path}` only after the `.await`"),
        );
    }

    /// CS6, for `self`.
    pub(super) fn lost_self(&mut self, at: &Caret) {
        let message = "`self` belongs to this call, and is lost with all that is in it if the call is dropped".to_owned();
        self.add(Rule::Argument, at, at.order, message, "take `&mut self`".to_owned());
    }

    /// CS7.
    pub(super) fn refused(&mut self, refusal: &Refusal) {
        let (caret, message, help) = match refusal {
            Refusal::Join { name, caret } => (
                caret,
                format!(
                    "`{name}!` holds the results of the branches that finish first, and they are lost if the call is dropped while it waits"
                ),
                format!("wait for one after the other and store each result in {}", self.keeper),
            ),
            Refusal::Hidden { name, caret } => (
                caret,
                format!("the check cannot see the `.await` inside of `{name}!`"),
                "move it out of the macro: `let value = future.await;`".to_owned(),
            ),
            Refusal::Unreadable { caret } => (
                caret,
                "the check cannot follow this code, which waits".to_owned(),
                "move it into a function of its own and mark that".to_owned(),
            ),
        };
        self.add(Rule::Macro, caret, caret.order, message, help);
    }

    pub(super) fn too_large(&mut self) {
        let tokens = proc_macro2::TokenStream::new();
        let caret = Caret { tokens, order: 0 };
        let message = "this body is too large to be checked".to_owned();
        self.add(
            Rule::TooLarge,
            &caret,
            0,
            message,
            "move parts of it into functions of their own".to_owned(),
        );
    }

    /// Leaves it to the borrow checker whether the call at `spot` changes anything.
    pub(super) fn look(&mut self, spot: Spot, doubt: Doubt) {
        self.verdict.looks.insert(spot, doubt);
    }

    pub(super) fn count(&self) -> usize {
        self.verdict.findings.len()
    }

    /// Takes back what was said about `for` loops since `count`: each turn turned out to be guarded.
    pub(super) fn retract_positions(&mut self, count: usize) {
        let mut index = 0;
        self.verdict.findings.retain(|finding| {
            index += 1;
            index <= count || !finding.is_position
        });
    }

    /// One cause for each wait: a value that is lost is a better story than a step that is repeated.
    pub(super) fn finish(self) -> Verdict {
        let all = self.verdict.findings;
        let at = |wait: usize, is_told: fn(&Finding) -> bool| {
            all.iter().any(|other| other.wait == wait && is_told(other))
        };
        let is_worth_telling = |finding: &&Finding| match finding.rule {
            Rule::Again | Rule::Before => {
                !at(finding.wait, |other| !matches!(other.rule, Rule::Again | Rule::Before))
            }
            Rule::Awaited | Rule::Local if finding.local.is_none() => {
                !at(finding.wait, |other| other.local.is_some())
            }
            _ => true,
        };
        let mut findings: Vec<_> = all.iter().filter(is_worth_telling).cloned().collect();
        findings.sort_by_key(|finding| finding.caret.order);
        Verdict { findings, looks: self.verdict.looks }
    }
}
