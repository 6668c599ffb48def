//! The senders that wait for room.

use std::{collections::VecDeque, task::Waker};

use super::queue::{Item, shrink};
use crate::{slot::message::Message, thread::ring::Wait};

/// A sender that waits for room, and what it sends.
pub(super) struct Waiting<M: Message> {
    pub(super) item: Item<M>,
    /// `None` once the sender was refused and woken.
    pub(super) waker: Option<Waker>,
    /// On record if a handler waits, for room only.
    pub(super) wait: Wait,
}

/// The senders that wait for room, by ticket, and so in order of arrival.
///
/// Tickets only grow. So this is a queue, in which a sender that withdraws leaves a gap. A map would be more
/// code for each type of message.
///
/// Allocated when the first sender waits, which is never in most mailboxes.
pub(super) struct Waiters<M: Message>(Option<Box<Line<M>>>);

impl<M: Message> Waiters<M> {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    pub(super) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |line| line.len())
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|line| line.entries.is_empty())
    }

    /// Adds a sender, whose ticket is greater than all before it.
    pub(super) fn push(&mut self, ticket: u64, waiting: Waiting<M>) {
        self.0.get_or_insert_default().entries.push_back((ticket, Some(waiting)));
    }

    pub(super) fn get_mut(&mut self, ticket: u64) -> Option<&mut Waiting<M>> {
        self.0.as_mut()?.get_mut(ticket)
    }

    pub(super) fn remove(&mut self, ticket: u64) -> Option<Waiting<M>> {
        self.0.as_mut()?.remove(ticket)
    }

    /// Moves the item of the sender that has waited longest into `accepted`, and returns the waker of the sender.
    pub(super) fn move_first(&mut self, accepted: &mut VecDeque<Item<M>>) -> Option<Waker> {
        self.0.as_mut()?.move_first(accepted)
    }

    /// The ticket of the first sender from `ticket` on for which `matches` is true.
    pub(super) fn find(&self, ticket: u64, matches: impl Fn(&Waiting<M>) -> bool) -> Option<u64> {
        self.0.as_ref()?.find(ticket, matches)
    }

    pub(super) fn for_each(&mut self, mut f: impl FnMut(&mut Waiting<M>)) {
        let Some(line) = &mut self.0 else { return };
        for (_, waiting) in &mut line.entries {
            if let Some(waiting) = waiting {
                f(waiting);
            }
        }
    }
}

/// See [`Waiters`].
struct Line<M: Message> {
    /// The first is no gap.
    entries: VecDeque<(u64, Option<Waiting<M>>)>,
    gaps: usize,
}

impl<M: Message> Default for Line<M> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), gaps: 0 }
    }
}

impl<M: Message> Line<M> {
    fn len(&self) -> usize {
        self.entries.len() - self.gaps
    }

    fn position(&self, ticket: u64) -> usize {
        self.entries.partition_point(|(other, _)| *other < ticket)
    }

    fn get_mut(&mut self, ticket: u64) -> Option<&mut Waiting<M>> {
        let position = self.position(ticket);
        let (found, waiting) = self.entries.get_mut(position)?;
        if *found == ticket { waiting.as_mut() } else { None }
    }

    fn remove(&mut self, ticket: u64) -> Option<Waiting<M>> {
        let position = self.position(ticket);
        let (found, waiting) = self.entries.get_mut(position)?;
        let removed = if *found == ticket { waiting.take() } else { None }?;
        self.gaps += 1;
        self.close_gaps();
        Some(removed)
    }

    fn move_first(&mut self, accepted: &mut VecDeque<Item<M>>) -> Option<Waker> {
        let Some((_, Some(Waiting { item, waker, wait: _ }))) = self.entries.pop_front() else {
            return None;
        };
        accepted.push_back(item);
        self.close_gaps();
        waker
    }

    fn find(&self, ticket: u64, matches: impl Fn(&Waiting<M>) -> bool) -> Option<u64> {
        let mut entries = self.entries.range(self.position(ticket)..);
        let is_match = |waiting: &Option<Waiting<M>>| waiting.as_ref().is_some_and(&matches);
        entries.find(|(_, waiting)| is_match(waiting)).map(|(ticket, _)| *ticket)
    }

    /// Removes the gaps at the front, and all of them once they are more than the senders. So the cost of a
    /// removal is constant on average, and memory in proportion to the senders that wait.
    fn close_gaps(&mut self) {
        while self.entries.front().is_some_and(|(_, waiting)| waiting.is_none()) {
            self.entries.pop_front();
            self.gaps -= 1;
        }
        if self.gaps > self.len() {
            self.drop_gaps();
        }
        shrink(&mut self.entries);
    }

    /// Moves each entry that is no gap to the end, in a full turn. `retain` would be more code for each type of message.
    // In a frame of its own, because it holds messages, which may be large.
    #[cold]
    #[inline(never)]
    fn drop_gaps(&mut self) {
        for _ in 0..self.entries.len() {
            if let Some((ticket, Some(waiting))) = self.entries.pop_front() {
                self.entries.push_back((ticket, Some(waiting)));
            }
        }
        self.gaps = 0;
    }
}
