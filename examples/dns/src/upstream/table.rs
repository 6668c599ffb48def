//! [`Table`]: the questions that are under way at a server, by socket and id.

use std::collections::{HashMap, VecDeque};

use actor_runtime::Reply;
use hickory_proto::{op::Message, rr::Name};
use tokio::time::Instant;

use super::Said;
use crate::question::Question;

/// A question that a server was asked.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) question: Question,
    /// The name as it was sent: with random upper and lower case, or as in the question.
    pub(crate) name: Name,
    pub(crate) has_edns: bool,
    /// Whether it was sent before, over another connection.
    pub(crate) is_repeated: bool,
    /// When the server has had its time.
    pub(crate) deadline: Instant,
    pub(crate) reply: Reply<Said>,
}

impl Entry {
    /// Returns `true` if `message` answers this question, as it was sent.
    pub(crate) fn is_answered_by(&self, message: &Message, compares_case: bool) -> bool {
        self.question.is_that_of(message)
            && (!compares_case || message.queries[0].name.eq_case(&self.name))
    }
}

/// The number of a socket or connection, and an id on it.
pub(crate) type Key = (u64, u16);

/// Questions under way. All of them get the same time, so their deadlines are in the order of insertion.
#[derive(Debug, Default)]
pub(crate) struct Table {
    entries: HashMap<Key, Entry>,
    /// Also has those that were answered, until they come to the front.
    deadlines: VecDeque<(Instant, Key)>,
}

impl Table {
    pub(crate) fn insert(&mut self, socket: u64, entry: Entry) -> u16 {
        // Random, so that others cannot guess it.
        let id = loop {
            let id = rand::random();
            if !self.entries.contains_key(&(socket, id)) {
                break id;
            }
        };
        // A question that is sent again keeps its deadline, so it may belong before others.
        let at = self.deadlines.partition_point(|(deadline, _)| *deadline <= entry.deadline);
        self.deadlines.insert(at, (entry.deadline, (socket, id)));
        self.entries.insert((socket, id), entry);
        id
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Entry> {
        self.entries.get(&key)
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<Entry> {
        let entry = self.entries.remove(&key);
        self.trim();
        entry
    }

    /// Removes all questions of a socket.
    pub(crate) fn remove_socket(&mut self, socket: u64) -> Vec<Entry> {
        let keys: Vec<Key> = self.entries.keys().filter(|key| key.0 == socket).copied().collect();
        let entries = keys.into_iter().filter_map(|key| self.entries.remove(&key)).collect();
        self.trim();
        entries
    }

    /// Removes the questions that have had their time.
    pub(crate) fn remove_late(&mut self, now: Instant) -> Vec<(u64, Entry)> {
        let mut late = Vec::new();
        self.trim();
        while let Some((deadline, key)) = self.deadlines.front()
            && *deadline <= now
        {
            late.extend(self.entries.remove(key).map(|entry| (key.0, entry)));
            self.trim();
        }
        late
    }

    /// Returns when the first question has had its time, or any time if there is none.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadlines.front().map_or_else(Instant::now, |(deadline, _)| *deadline)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets the deadlines of questions that were answered, up to the first that was not.
    ///
    /// Since a key may come twice, a deadline belongs to an entry only if it is the same.
    fn trim(&mut self) {
        while let Some((deadline, key)) = self.deadlines.front() {
            if self.entries.get(key).is_some_and(|entry| entry.deadline == *deadline) {
                break;
            }
            self.deadlines.pop_front();
        }
    }
}
