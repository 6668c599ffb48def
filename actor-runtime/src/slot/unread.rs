//! The answers that an actor wants back if nobody reads them, on record in its loop.
//!
//! A record is made when such an answer is given, or when a handler is given the right to answer later.
//! It is dropped when the answer was read, or has come back. See [`returns`](crate::slot::returns) for how the
//! loop learns of either.

use std::{
    collections::{BTreeMap, BinaryHeap},
    task::Waker,
};

use crate::{
    slot::{
        marked::Unread,
        reply::Reply,
        returns::{Event, Returns, Way},
    },
    sync::{Arc, Mutex, bug, lock},
};

struct Record<U> {
    undelivered: U,
    /// When it was given, if it was: its place among all answers of the actor.
    order: Option<usize>,
    /// Whether it has come back.
    is_back: bool,
}

struct Records<U> {
    /// By the number of the way back.
    all: BTreeMap<usize, Record<U>>,
    /// Those that came back: in which order they had been given, and their number.
    back: BinaryHeap<(usize, usize)>,
}

impl<U> Records<U> {
    /// Brings the records up to date. What is not needed any more is given to `done`, since the lock
    /// is held.
    fn note(&mut self, events: Vec<Event>, done: &mut Vec<Record<U>>) {
        for event in events {
            match event {
                Event::Answered { id, order } => {
                    if let Some(record) = self.all.get_mut(&id) {
                        record.order = Some(order);
                    }
                }
                Event::Returned { id, order } => {
                    if let Some(record) = self.all.get_mut(&id) {
                        record.is_back = true;
                        self.back.push((order, id));
                    }
                }
                Event::Done { id } => done.extend(self.all.remove(&id)),
            }
        }
    }

    /// Takes the last of the answers that came back.
    fn pop(&mut self) -> Option<U> {
        while let Some((_, id)) = self.back.pop() {
            if let Some(record) = self.all.remove(&id) {
                return Some(record.undelivered);
            }
        }
        None
    }
}

/// The answers of one actor that may come back to it.
pub(crate) struct Unreads<U> {
    returns: Arc<Returns>,
    /// Locked by the loop only: it is here so that a context can be shared.
    records: Mutex<Records<U>>,
}

impl<U> Unreads<U> {
    pub(crate) fn new() -> Self {
        let records = Records { all: BTreeMap::new(), back: BinaryHeap::new() };
        Self { returns: Arc::new(Returns::default()), records: Mutex::new(records) }
    }

    /// How the loop learns of what comes back.
    pub(crate) fn returns(&self) -> &Returns {
        &self.returns
    }

    fn record(&self, id: usize, undelivered: U) {
        let record = Record { undelivered, order: None, is_back: false };
        lock(&self.records).all.insert(id, record);
    }

    /// Answers, and has the answer come back if nobody reads it.
    ///
    /// # Errors
    ///
    /// The answer, if nobody is there to read it.
    pub(crate) fn answer<T>(
        &self,
        reply: Reply<T>,
        answer: T,
        undelivered: impl FnOnce(Unread<T>) -> U,
    ) -> Result<(), T> {
        let way = Way::new(&self.returns);
        let id = way.id();
        let unread = reply.send_on(answer, way)?;
        self.record(id, undelivered(unread));
        Ok(())
    }

    /// A reply that is answered later, and whose answer comes back if nobody reads it.
    pub(crate) fn keep<T>(
        &self,
        reply: Reply<T>,
        undelivered: impl FnOnce(Unread<T>) -> U,
    ) -> Reply<T> {
        let way = Way::new(&self.returns);
        let id = way.id();
        let (reply, unread) = reply.on(way);
        self.record(id, undelivered(unread));
        reply
    }

    /// Has the loop woken when an answer comes back; says whether one has.
    pub(crate) fn park(&self, waker: &Waker) -> bool {
        self.returns.park(waker)
    }

    /// The answer that came back and had been given last, so that whoever puts it before the others
    /// restores their order.
    pub(crate) fn next(&self) -> Option<U> {
        self.up_to_date(Records::pop)
    }

    /// Whether an answer was given that somebody may still read.
    pub(crate) fn has_unread(&self) -> bool {
        let is_unread = |record: &Record<U>| record.order.is_some() && !record.is_back;
        self.up_to_date(|records| records.all.values().any(is_unread))
    }

    fn up_to_date<T>(&self, look: impl FnOnce(&mut Records<U>) -> T) -> T {
        let mut done = Vec::new();
        let events = self.returns.take();
        let mut records = lock(&self.records);
        records.note(events, &mut done);
        let seen = look(&mut records);
        drop(records);
        drop(done);
        seen
    }

    /// Has all come back that nobody has read yet: [`next`](Self::next) gives it.
    pub(crate) fn reclaim(&self) {
        if bug("what is unread at the end stays unread") {
            return;
        }
        let mut records = lock(&self.records);
        let Records { all, back } = &mut *records;
        let unread = all.iter_mut().filter(|(_, record)| !record.is_back);
        back.extend(unread.filter_map(|(id, record)| {
            let order = record.order?;
            record.is_back = true;
            Some((order, *id))
        }));
    }
}
