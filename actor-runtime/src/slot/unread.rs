//! The loop's records of answers that return to the actor if they are not read.
//!
//! A record is made when such an answer is sent, or when a handler takes its reply in order to answer
//! later. It is dropped when the answer was read or has been taken back. [`returns`](crate::slot::returns)
//! notifies the loop of either.

use std::{
    collections::{BTreeMap, BinaryHeap},
    task::Waker,
};

use crate::{
    slot::{
        marked::Unread,
        reply::Reply,
        returns::{Report, ReturnPath, Returns},
    },
    sync::{Arc, Mutex, bug, lock},
};

struct Record<U> {
    undelivered: U,
    /// The answer's position among all answers of the actor. `None` until it is sent.
    order: Option<usize>,
    /// Whether the answer has returned.
    has_returned: bool,
}

struct Records<U> {
    /// By the id of their [`ReturnPath`].
    all: BTreeMap<usize, Record<U>>,
    /// `(order, id)` of those that have returned.
    returned: BinaryHeap<(usize, usize)>,
}

impl<U> Records<U> {
    /// Applies the reports. Records to be dropped are moved to `done`, because the lock is held.
    fn apply(&mut self, reports: Vec<Report>, done: &mut Vec<Record<U>>) {
        for report in reports {
            match report {
                Report::Answered { id, order } => {
                    if let Some(record) = self.all.get_mut(&id) {
                        record.order = Some(order);
                    }
                }
                Report::Returned { id, order } => {
                    if let Some(record) = self.all.get_mut(&id) {
                        record.has_returned = true;
                        self.returned.push((order, id));
                    }
                }
                Report::Done { id } => done.extend(self.all.remove(&id)),
            }
        }
    }

    /// Takes the returned answer that was sent last.
    fn pop(&mut self) -> Option<U> {
        while let Some((_, id)) = self.returned.pop() {
            if let Some(record) = self.all.remove(&id) {
                return Some(record.undelivered);
            }
        }
        None
    }
}

/// The answers of one actor that may return to it.
pub(crate) struct Unreads<U> {
    returns: Arc<Returns>,
    /// Only the loop locks it. A mutex makes the context `Sync`.
    records: Mutex<Records<U>>,
}

impl<U> Unreads<U> {
    pub(crate) fn new() -> Self {
        let records = Records { all: BTreeMap::new(), returned: BinaryHeap::new() };
        Self { returns: Arc::new(Returns::default()), records: Mutex::new(records) }
    }

    /// The reports that the loop reads.
    pub(crate) fn returns(&self) -> &Returns {
        &self.returns
    }

    fn record(&self, id: usize, undelivered: U) {
        let record = Record { undelivered, order: None, has_returned: false };
        lock(&self.records).all.insert(id, record);
    }

    /// Sends an answer that returns if it is not read.
    ///
    /// # Errors
    ///
    /// The answer, if the caller is gone or the message was cast.
    pub(crate) fn answer<T>(
        &self,
        reply: Reply<T>,
        answer: T,
        undelivered: impl FnOnce(Unread<T>) -> U,
    ) -> Result<(), T> {
        let path = ReturnPath::new(&self.returns);
        let id = path.id();
        let unread = reply.send_with_return(answer, path)?;
        self.record(id, undelivered(unread));
        Ok(())
    }

    /// Returns the same reply, to be answered later. Its answer returns if it is not read.
    pub(crate) fn track<T>(
        &self,
        reply: Reply<T>,
        undelivered: impl FnOnce(Unread<T>) -> U,
    ) -> Reply<T> {
        let path = ReturnPath::new(&self.returns);
        let id = path.id();
        let (reply, unread) = reply.with_return(path);
        self.record(id, undelivered(unread));
        reply
    }

    /// See [`Returns::park`].
    pub(crate) fn park(&self, waker: &Waker) -> bool {
        self.returns.park(waker)
    }

    /// Takes the returned answer that was sent last. An actor that puts each back in front of the
    /// others restores their order.
    pub(crate) fn next(&self) -> Option<U> {
        self.up_to_date(Records::pop)
    }

    /// Returns `true` if an answer was sent that a caller may still read.
    pub(crate) fn has_unread(&self) -> bool {
        let is_unread = |record: &Record<U>| record.order.is_some() && !record.has_returned;
        self.up_to_date(|records| records.all.values().any(is_unread))
    }

    /// Applies all reports, then calls `f` with the lock held.
    fn up_to_date<T>(&self, f: impl FnOnce(&mut Records<U>) -> T) -> T {
        let mut done = Vec::new();
        let reports = self.returns.take();
        let mut records = lock(&self.records);
        records.apply(reports, &mut done);
        let output = f(&mut records);
        drop(records);
        drop(done);
        output
    }

    /// Returns all answers that are not read yet, to be taken by [`next`](Self::next).
    pub(crate) fn reclaim(&self) {
        if bug("what is unread at the end stays unread") {
            return;
        }
        let mut records = lock(&self.records);
        let Records { all, returned } = &mut *records;
        let unread = all.iter_mut().filter(|(_, record)| !record.has_returned);
        returned.extend(unread.filter_map(|(id, record)| {
            let order = record.order?;
            record.has_returned = true;
            Some((order, *id))
        }));
    }
}
