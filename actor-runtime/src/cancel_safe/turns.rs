//! Which branch is looked at first, when one race follows the other: what an actor with sources
//! of events does.
//!
//! A race of `select!` forgets who won the one before. [`Turns`] remembers: who has won is looked at
//! last the next time, so each branch that is always ready has its turn after at most all others. And
//! it knows who rests: a source that has ended is ready each time it is looked at, and would keep the
//! loop busy for nothing.
//!
//! The first branch is the mailbox; the others are the sources, in the order they are written.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::task::coop;

use super::{
    given::Given,
    select::{Branches, wait_for_budget},
};

/// After so many events of one source, with nothing else between them and no wait, somebody is told.
const BUSY: u32 = 100_000;

/// Whether messages or events come first, where both are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum First {
    /// Neither: the mailbox and the sources take turns.
    #[default]
    Neither,
    /// Messages, as long as there are any. The sources take turns.
    Mailbox,
    /// Events, as long as there are any. The sources take turns.
    Sources,
}

/// The turns of a mailbox and the sources beside it.
#[derive(Debug, Default)]
pub struct Turns {
    first: First,
    /// Whether the race gives up when nobody is ready, instead of waiting.
    only_looks: bool,
    /// Whether a race of which no source takes part gives up, instead of waiting for the mailbox.
    ends_alone: bool,
    /// Whether it did.
    is_stuck: bool,
    /// Whether a race has waited since this was last asked.
    has_waited: bool,
    /// The branch that was polled last, which is the one that has won or panicked.
    polled: u32,
    last_winner: u32,
    last_source: u32,
    /// How often the last winner has won, one time after the other and without a wait.
    streak: u32,
    /// A bit for each source that is not looked at until something has happened.
    resting: u64,
    /// A bit for each source whose handler was told of its end, since something else happened.
    told: u64,
}

impl Turns {
    /// Prepares for another race.
    pub(crate) fn begin(&mut self, first: First, only_looks: bool, ends_alone: bool) {
        self.first = first;
        self.only_looks = only_looks;
        self.ends_alone = ends_alone;
        self.polled = 0;
    }

    /// Whether the last race gave up because no source took part in it.
    pub(crate) fn take_is_stuck(&mut self) -> bool {
        std::mem::take(&mut self.is_stuck)
    }

    /// Whether a source has just won so often that it may never do anything else.
    pub(crate) fn is_busy(&self) -> bool {
        self.streak == BUSY
    }

    /// Whether a race has waited since this was last asked.
    pub(crate) fn take_has_waited(&mut self) -> bool {
        std::mem::take(&mut self.has_waited)
    }

    /// The position among the sources of the one that was polled last, unless that was the mailbox.
    pub(crate) fn source(&self) -> Option<usize> {
        self.polled.checked_sub(1).and_then(|source| usize::try_from(source).ok())
    }

    /// A message or an event is handled: whoever rests may have something new.
    pub(crate) fn happened(&mut self) {
        self.resting = 0;
        self.told = 0;
    }

    /// Does not look at the source that was polled last until something has happened.
    pub(crate) fn rest(&mut self) {
        self.resting |= 1 << self.polled;
    }

    /// What the source that has won gives its handler; nothing, if the handler does not ask for the
    /// end.
    pub(crate) fn take<T>(&mut self, given: Given<T>) -> Option<T> {
        let Given { value, is_end } = given;
        if value.is_some() && !is_end {
            self.happened();
            return value;
        }
        // The handler of an end may wake up the others, but only once: two that have ended would
        // go on telling each other.
        let bit = 1 << self.polled;
        if value.is_some() && self.told & bit == 0 {
            self.resting = 0;
            self.told |= bit;
        }
        self.rest();
        value
    }

    fn branch(&self, step: u32, count: u32) -> u32 {
        let sources = count - 1;
        let source = |step: u32| 1 + (self.last_source + step) % sources;
        match self.first {
            First::Neither => (self.last_winner + 1 + step) % count,
            First::Mailbox if step == 0 => 0,
            First::Mailbox => source(step - 1),
            First::Sources if step == sources => 0,
            First::Sources => source(step),
        }
    }

    fn won(&mut self, branch: u32) {
        let goes_on = branch == self.last_winner && branch > 0;
        self.streak = if goes_on { self.streak.saturating_add(1) } else { 0 };
        self.last_winner = branch;
        if branch > 0 {
            self.last_source = branch;
        }
    }

    fn poll<B: Branches<W>, W>(
        &mut self,
        mut branches: Pin<&mut B>,
        disabled: u64,
        cx: &mut Context<'_>,
    ) -> Poll<Option<W>> {
        // A task without budget gets `Pending` from tokio's futures, so that a branch that does not
        // count would win each time.
        if !coop::has_budget_remaining() {
            ready!(wait_for_budget(cx));
        }
        let disabled = disabled | self.resting;
        let sources = (!0_u64 >> (64 - B::COUNT)) & !1;
        for step in 0..B::COUNT {
            let branch = self.branch(step, B::COUNT);
            if disabled & (1 << branch) != 0 {
                continue;
            }
            self.polled = branch;
            if let Poll::Ready(Some(winner)) = branches.as_mut().poll_branch(branch, cx) {
                self.won(branch);
                return Poll::Ready(Some(winner));
            }
        }
        self.is_stuck = self.ends_alone && disabled & sources == sources;
        if self.only_looks || self.is_stuck {
            return Poll::Ready(None);
        }
        self.has_waited = true;
        self.streak = 0;
        Poll::Pending
    }
}

/// Waits for the first branch that wins, in the order of `turns`.
///
/// `None` says that none was ready, if `turns` only looks.
#[inline]
pub fn in_turns<B: Branches<W>, W>(
    mut branches: Pin<&mut B>,
    disabled: u64,
    turns: &mut Turns,
) -> impl Future<Output = Option<W>> {
    poll_fn(move |cx| turns.poll(branches.as_mut(), disabled, cx))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(turns: &Turns, count: u32) -> Vec<u32> {
        (0..count).map(|step| turns.branch(step, count)).collect()
    }

    #[test]
    fn who_has_won_is_looked_at_last() {
        let mut turns = Turns::default();
        turns.won(1);
        assert_eq!(order(&turns, 4), [2, 3, 0, 1]);
        turns.won(3);
        assert_eq!(order(&turns, 4), [0, 1, 2, 3]);
    }

    #[test]
    fn messages_first() {
        let mut turns = Turns { first: First::Mailbox, ..Turns::default() };
        turns.won(1);
        turns.won(0);
        assert_eq!(order(&turns, 4), [0, 2, 3, 1]);
    }

    #[test]
    fn sources_first() {
        let mut turns = Turns { first: First::Sources, ..Turns::default() };
        turns.won(2);
        turns.won(0);
        assert_eq!(order(&turns, 4), [3, 1, 2, 0]);
    }

    #[test]
    fn whoever_is_first_each_branch_is_looked_at_once() {
        for first in [First::Neither, First::Mailbox, First::Sources] {
            for count in 2..6 {
                for winner in 0..count {
                    let mut turns = Turns { first, ..Turns::default() };
                    turns.won(winner);
                    let mut order = order(&turns, count);
                    order.sort_unstable();
                    assert_eq!(order, (0..count).collect::<Vec<_>>());
                }
            }
        }
    }

    #[test]
    fn two_ends_do_not_wake_each_other_for_ever() {
        let mut turns = Turns::default();
        for source in [1, 2, 1] {
            turns.polled = source;
            assert_eq!(turns.take(Given { value: Some(0), is_end: true }), Some(0));
        }
        // The first end was told of before the second, which made it look again, once.
        assert_eq!(turns.resting, 0b110);
    }
}
