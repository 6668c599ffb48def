//! Deadlock detection: actors that wait for each other in a ring.
//!
//! While a handler waits for another actor, an edge from its actor to the other is on record, and a wait
//! that would close a ring is refused. Only handlers record anything. The record is divided into parts,
//! each with a lock of its own, so actors that have nothing to do with each other rarely meet.
//!
//! An edge is on record from before the wait begins until it is over: the answer was given, room was
//! made, the handler that was called has returned and kept its reply, the handler that called has returned,
//! or the wait was dropped. The side that ends a wait cuts its edge before it reports the end.
//!
//! # Invariants
//!
//! 1. An edge is recorded before the edges of the actor that it leads to are looked at, both under the
//!    locks of their parts. So of several waits that close a ring at once, at least one finds it.
//! 2. A ring is believed only if all of its edges were on record at one moment, with all of its parts
//!    locked. So no ring is made of waits that followed each other.
//! 3. While a part is locked, no other lock is acquired except those of further parts, in order, and no
//!    code of the user runs.
//! 4. An entry is removed only by the owner of the wait or by the side that ends it. In between, it may be
//!    dormant, and then it does not count.

mod record;

use std::collections::HashSet;

use crate::{
    error::Method,
    sync::{AtomicUsize, Ordering, bug, pause},
    thread::{
        current::{self, ActorId},
        ring::record::{Companions, Edge, Status, are_recorded, edges_of, remove, set_status},
    },
};

pub(crate) use record::{Ticket, forget};

/// Where the one who ends a wait finds its edge.
///
/// In a reply slot, it is set before the message is sent, and cut under the lock of the slot. So it is not
/// missed.
#[derive(Default)]
pub(crate) struct Link(
    /// A [`Ticket`], or 0.
    AtomicUsize,
);

/// A wait that would close a ring: the handlers that are waited for, beginning with the one for which the
/// called actor waits.
pub(crate) type Ring = Vec<Method>;

impl Link {
    /// Records that the handler that runs on this thread, if any, waits for `method` of `to`.
    ///
    /// # Errors
    ///
    /// The ring that this wait would close. Then nothing is recorded.
    #[inline]
    pub(crate) fn begin(&self, to: ActorId, method: Method) -> Result<(), Ring> {
        if current::actor().is_none() { Ok(()) } else { self.begin_in_handler(to, method) }
    }

    #[cold]
    #[inline(never)]
    fn begin_in_handler(&self, to: ActorId, method: Method) -> Result<(), Ring> {
        let Some(from) = current::caller() else {
            return Ok(());
        };
        let ticket = begin(from, to, method)?;
        self.0.store(ticket.number(), Ordering::Relaxed);
        Ok(())
    }

    /// Prepares for a wait of the handler that runs on this thread, if any, which may begin it later by
    /// [`wait`](Self::wait). Returns its actor.
    pub(crate) fn prepare(&self) -> Option<ActorId> {
        let from = current::caller()?;
        self.0.store(record::insert_dormant(from).number(), Ordering::Relaxed);
        Some(from)
    }

    /// Records that the handler that runs on this thread waits for `method` of `to`, if its actor is the one
    /// that has [prepared](Self::prepare) for it. Anyone else does not count: whether the handler that is
    /// waited for has returned is noted in the entry that was prepared.
    ///
    /// # Errors
    ///
    /// The ring that this wait would close.
    pub(crate) fn wait(
        &self,
        prepared_by: ActorId,
        to: ActorId,
        method: Method,
    ) -> Result<(), Ring> {
        let Some(ticket) = self.ticket() else {
            return Ok(());
        };
        if current::caller() != Some(prepared_by) {
            set_status(ticket, Status::Dormant);
            return Ok(());
        }
        let companions = current_companions(to, method)?;
        current::note_wait();
        if record::restart(ticket, prepared_by, Edge { to, method, companions }) {
            pause();
            look(prepared_by, to, Some(ticket))?;
        }
        Ok(())
    }

    /// Ends the wait for now: it may be [begun](Self::wait) again.
    pub(crate) fn suspend(&self) {
        if let Some(ticket) = self.ticket() {
            set_status(ticket, Status::Dormant);
        }
    }

    /// Ends the wait.
    #[inline(always)]
    pub(crate) fn cut(&self) {
        if self.0.load(Ordering::Relaxed) != 0 {
            self.cut_recorded();
        }
    }

    #[cold]
    #[inline(never)]
    fn cut_recorded(&self) {
        if bug("an answer leaves its wait on record") {
            return;
        }
        Ticket::new(self.0.swap(0, Ordering::Relaxed)).into_iter().for_each(remove);
    }

    /// Returns what is on record, for [`Ticket::handler_over`].
    #[inline]
    pub(crate) fn ticket(&self) -> Option<Ticket> {
        Ticket::new(self.0.load(Ordering::Relaxed))
    }
}

impl Ticket {
    /// Notes that the handler that is waited for is over. If it has kept its reply, anyone may send
    /// that now.
    #[cold]
    #[inline(never)]
    pub(crate) fn handler_over(self) {
        set_status(self, Status::Over);
    }
}

/// A wait that is on record until it is dropped.
#[derive(Default)]
pub(crate) struct Wait(Option<Ticket>);

impl Wait {
    /// Records that the handler that runs on this thread, if any, waits for `method` of `to`.
    ///
    /// # Errors
    ///
    /// The ring that this wait would close.
    #[inline]
    pub(crate) fn begin(to: ActorId, method: Method) -> Result<Self, Ring> {
        match current::caller() {
            None => Ok(Self(None)),
            Some(from) => begin(from, to, method).map(|ticket| Self(Some(ticket))),
        }
    }

    /// Like [`begin`](Self::begin), for a wait that cannot be refused: others learn of it.
    pub(crate) fn begin_unrefused(to: ActorId, method: Method) -> Self {
        let Some(from) = current::caller() else {
            return Self(None);
        };
        let companions = Companions::default();
        current::note_wait();
        Self(Some(record::insert(from, Edge { to, method, companions })))
    }

    /// Ends the wait.
    #[inline]
    pub(crate) fn end(&mut self) {
        self.0.take().into_iter().for_each(remove);
    }
}

impl Drop for Wait {
    #[inline]
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns the handlers for which the handler of `actor` waits now.
pub(crate) fn waits_of(actor: ActorId) -> Vec<Method> {
    edges_of(actor, |edges| edges.map(|(_, edge)| edge.method).collect())
}

/// Records the same wait for the actors whose handlers have led to the one that runs, on this thread.
///
/// # Errors
///
/// The ring, if one of them is `to`.
fn current_companions(to: ActorId, method: Method) -> Result<Companions, Ring> {
    let callers = current::callers();
    if let Some(at) = callers.iter().position(|(actor, _)| *actor == to) {
        return Err(callers[at..].iter().filter_map(|(_, called)| *called).collect());
    }
    let insert = |(actor, _): &(ActorId, _)| {
        record::insert(*actor, Edge { to, method, companions: Companions::default() })
    };
    Ok(Companions(callers.iter().map(insert).collect()))
}

fn begin(from: ActorId, to: ActorId, method: Method) -> Result<Ticket, Ring> {
    if from == to {
        return Err(Vec::new());
    }
    let companions = current_companions(to, method)?;
    if bug("a wait looks before it is on record") {
        look(from, to, None)?;
        pause();
    }
    let ticket = record::insert(from, Edge { to, method, companions });
    current::note_wait();
    pause();
    if !bug("a wait looks before it is on record") {
        look(from, to, Some(ticket))?;
    }
    Ok(ticket)
}

/// Looks for a ring that the wait of `from` for `to` closes, and if there is one, removes that wait.
fn look(from: ActorId, to: ActorId, ticket: Option<Ticket>) -> Result<(), Ring> {
    if !edges_of(to, |edges| edges.next().is_some()) {
        return Ok(());
    }
    let callers = current::callers();
    while let Some(mut path) = path(to, from, &callers) {
        pause();
        if let Some(own) = ticket {
            // An answer may have ended this wait in the meantime.
            if !bug("a wait that is over closes a ring") {
                if !are_recorded(&[own]) {
                    return Ok(());
                }
                path.tickets.push(own);
            }
        }
        if bug("a ring is believed that never was") || are_recorded(&path.tickets) {
            ticket.into_iter().for_each(remove);
            return Err(path.methods);
        }
    }
    Ok(())
}

/// Waits that lead from one actor to another.
struct Path {
    tickets: Vec<Ticket>,
    methods: Ring,
}

/// Returns the waits that lead from one actor to `to`, or to one of the `callers` that have led to its
/// handler, as far as each was on record when it was looked at.
#[cold]
fn path(from: ActorId, to: ActorId, callers: &[(ActorId, Option<Method>)]) -> Option<Path> {
    let mut seen = HashSet::from([from]);
    // Each with the position of the edge that led to it.
    let mut edges: Vec<(Ticket, Method, Option<usize>)> = Vec::new();
    let mut open = vec![(from, None)];
    while let Some((at, by)) = open.pop() {
        pause();
        let found = edges_of(at, |next| {
            for (ticket, edge) in next {
                let caller = callers.iter().position(|(actor, _)| *actor == edge.to);
                if edge.to == to || caller.is_some() {
                    edges.push((ticket, edge.method, by));
                    return Some(caller);
                }
                if seen.insert(edge.to) {
                    edges.push((ticket, edge.method, by));
                    open.push((edge.to, Some(edges.len() - 1)));
                }
            }
            None
        });
        if let Some(caller) = found {
            return Some(back(&edges, caller.map_or(&[][..], |at| &callers[at..])));
        }
    }
    None
}

/// The path that ends with the last of `edges`, and goes on through the handlers that `callers` have
/// called.
fn back(edges: &[(Ticket, Method, Option<usize>)], callers: &[(ActorId, Option<Method>)]) -> Path {
    let mut path = Path { tickets: Vec::new(), methods: Vec::new() };
    let mut next = edges.len().checked_sub(1);
    while let Some((ticket, method, by)) = next.map(|at| edges[at]) {
        path.tickets.push(ticket);
        path.methods.push(method);
        next = by;
    }
    path.methods.reverse();
    path.methods.extend(callers.iter().filter_map(|(_, called)| *called));
    path
}
