//! The order in which an actor with sources of events polls its mailbox and its sources.
//!
//! Successive races of `select!` are independent. [`Turns`] carries state from one to the next:
//!
//! - The branch that won is polled last in the next race, so a branch that is always ready wins after
//!   at most all others did.
//! - A source that has ended is ready whenever it is polled, which would keep the loop busy. It rests:
//!   it is not polled again until something else has happened.
//!
//! Branch 0 is the mailbox; the others are the sources, in source order.

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

/// The number of consecutive events of one source, without a wait, after which a warning is due.
const BUSY: u32 = 100_000;

/// Whether messages or events are handled first when both are ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum First {
    /// Neither: the mailbox and the sources take turns.
    #[default]
    Neither,
    /// Messages first. The sources take turns.
    Mailbox,
    /// Events first. The sources take turns.
    Sources,
}

/// Whose turn it is: the mailbox's, or that of a source.
#[derive(Debug, Default)]
pub struct Turns {
    first: First,
    /// Whether the race ends when no branch is ready, instead of waiting.
    only_looks: bool,
    /// Whether the race ends when no source takes part, instead of waiting for the mailbox.
    ends_alone: bool,
    /// Whether the last race ended because no source took part.
    is_stuck: bool,
    /// Whether a race has waited since this was last reset.
    has_waited: bool,
    /// The branch that was polled last: the one that won or panicked.
    polled: u32,
    last_winner: u32,
    last_source: u32,
    /// How often the last winner has won in a row, without a wait.
    streak: u32,
    /// A bit for each source that is not polled until something has happened.
    resting: u64,
    /// A bit for each source whose end was passed to its handler since something else happened.
    reported: u64,
}

impl Turns {
    /// Prepares for the next race.
    pub(crate) fn begin(&mut self, first: First, only_looks: bool, ends_alone: bool) {
        self.first = first;
        self.only_looks = only_looks;
        self.ends_alone = ends_alone;
        self.polled = 0;
    }

    /// Whether the last race ended because no source took part in it. Resets the answer.
    pub(crate) fn take_is_stuck(&mut self) -> bool {
        std::mem::take(&mut self.is_stuck)
    }

    /// Whether a source has just won [`BUSY`] times in a row.
    pub(crate) fn is_busy(&self) -> bool {
        self.streak == BUSY
    }

    /// Whether a race has waited since the last call. Resets the answer.
    pub(crate) fn take_has_waited(&mut self) -> bool {
        std::mem::take(&mut self.has_waited)
    }

    /// The index of the source that was polled last; `None` for the mailbox.
    pub(crate) fn source(&self) -> Option<usize> {
        self.polled.checked_sub(1).and_then(|source| usize::try_from(source).ok())
    }

    /// Ends all rests: a handled message or event may have given an ended source something new.
    pub(crate) fn happened(&mut self) {
        self.resting = 0;
        self.reported = 0;
    }

    /// Lets the source that was polled last rest until something has happened.
    pub(crate) fn rest(&mut self) {
        self.resting |= 1 << self.polled;
    }

    /// The argument for the handler of the source that won; `None` if the source has ended and the
    /// handler does not take its end.
    pub(crate) fn take<T>(&mut self, given: Given<T>) -> Option<T> {
        let Given { value, is_end } = given;
        if value.is_some() && !is_end {
            self.happened();
            return value;
        }
        // The handler of an end may have changed what the other sources wait for, so their rests end;
        // but only once, or two ended sources would wake each other forever.
        let bit = 1 << self.polled;
        if value.is_some() && self.reported & bit == 0 {
            self.resting = 0;
            self.reported |= bit;
        }
        self.rest();
        value
    }

    /// The branches of `enabled`, in the order in which they are polled.
    #[inline]
    fn order(&self, enabled: u64) -> Order {
        let sources = enabled & !1;
        let last = if self.first == First::Neither { self.last_winner } else { self.last_source };
        let after = !1_u64 << last;
        Order(match self.first {
            First::Neither => [enabled & after, enabled & !after, 0],
            First::Mailbox => [enabled & 1, sources & after, sources & !after],
            First::Sources => [sources & after, sources & !after, enabled & 1],
        })
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
        // Without budget, tokio's futures return `Pending`, and a branch that does not use the budget
        // would win every race.
        if !coop::has_budget_remaining() {
            ready!(wait_for_budget(cx));
        }
        let enabled = (!0_u64 >> (64 - B::COUNT)) & !disabled & !self.resting;
        for branch in self.order(enabled) {
            self.polled = branch;
            if let Poll::Ready(Some(winner)) = branches.as_mut().poll_branch(branch, cx) {
                self.won(branch);
                return Poll::Ready(Some(winner));
            }
        }
        self.is_stuck = self.ends_alone && enabled & !1 == 0;
        if self.only_looks || self.is_stuck {
            return Poll::Ready(None);
        }
        self.has_waited = true;
        self.streak = 0;
        Poll::Pending
    }
}

/// Branches in three groups, each a set of bits. Those of a group come in ascending order.
struct Order([u64; 3]);

impl Iterator for Order {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let group = self.0.iter_mut().find(|group| **group != 0)?;
        let branch = group.trailing_zeros();
        *group &= *group - 1;
        Some(branch)
    }
}

/// Waits for the first branch that wins, polling them in the order of `turns`.
///
/// Returns `None` if `turns` ended the race without a winner.
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
        turns.order(!0 >> (64 - count)).collect()
    }

    #[test]
    fn the_last_winner_is_polled_last() {
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
    fn each_branch_is_polled_once_in_every_order() {
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
    fn branches_that_do_not_take_part_are_left_out() {
        let enabled = 1 << 0 | 1 << 2 | 1 << 5 | 1 << 63;
        for (first, expected) in [
            (First::Neither, [5, 63, 0, 2]),
            (First::Mailbox, [0, 5, 63, 2]),
            (First::Sources, [5, 63, 2, 0]),
        ] {
            let mut turns = Turns { first, ..Turns::default() };
            turns.won(2);
            assert_eq!(turns.order(enabled).collect::<Vec<_>>(), expected);
            turns.won(63);
            assert_eq!(turns.order(1 << 63).collect::<Vec<_>>(), [63]);
            assert_eq!(turns.order(0).count(), 0);
        }
    }

    #[test]
    fn two_ended_sources_do_not_wake_each_other_forever() {
        let mut turns = Turns::default();
        for source in [1, 2, 1] {
            turns.polled = source;
            assert_eq!(turns.take(Given { value: Some(0), is_end: true }), Some(0));
        }
        // The second end ended the rest of the first source, once.
        assert_eq!(turns.resting, 0b110);
    }
}
