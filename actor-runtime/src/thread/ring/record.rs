//! The record of waits, in parts.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{error::Method, sync::bug, thread::current::ActorId};

/// The number of parts.
const PARTS: usize = 64;

/// How many edges of a part are kept in a list, which costs no allocation and is searched in full.
const FEW: usize = 16;

/// The waits of some actors.
// Aligned, so that two parts do not share a cache line. std's mutex also in the models: no thread of
// a model is suspended while it holds one.
#[repr(align(128))]
struct Part(Mutex<Entries>);

static RECORD: [Part; PARTS] = [const { Part(Mutex::new(Entries::new())) }; PARTS];

/// Identifies an entry of the record, and is never reused: its part, and a number within that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(NonZeroUsize);

impl Ticket {
    const FIRST: Self = Self(NonZeroUsize::MIN);
    const LAST: Self = Self(NonZeroUsize::MAX);

    pub(super) fn new(number: usize) -> Option<Self> {
        NonZeroUsize::new(number).map(Self)
    }

    pub(super) fn number(self) -> usize {
        self.0.get()
    }

    fn part(self) -> usize {
        self.number() % PARTS
    }
}

/// A wait that counts.
pub(super) struct Edge {
    pub(super) to: ActorId,
    pub(super) method: Method,
    pub(super) companions: Companions,
}

/// The same wait, of actors whose handlers have led to the one that waits.
#[derive(Default)]
pub(super) struct Companions(pub(super) Vec<Ticket>);

impl Companions {
    fn remove(self) {
        self.0.into_iter().for_each(remove);
    }
}

/// The state of an entry that does not count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// It may be waited for again.
    Dormant,
    /// The handler that is waited for is over.
    Over,
}

type Key = (ActorId, Ticket);

struct Entries {
    last: usize,
    few: Vec<(Key, Edge)>,
    /// The edges that `few` has no room for.
    many: BTreeMap<Key, Edge>,
    /// The actors of the entries in `many`.
    actors: BTreeMap<Ticket, ActorId>,
    dormant: BTreeMap<Ticket, Status>,
}

impl Entries {
    const fn new() -> Self {
        Self {
            last: 0,
            few: Vec::new(),
            many: BTreeMap::new(),
            actors: BTreeMap::new(),
            dormant: BTreeMap::new(),
        }
    }

    /// Returns a new ticket of the part at `position`.
    fn ticket(&mut self, position: usize) -> Ticket {
        self.last += 1;
        Ticket(NonZeroUsize::MIN.saturating_add(self.last * PARTS + position - 1))
    }

    fn insert(&mut self, key: Key, edge: Edge) {
        if self.few.len() < FEW {
            self.few.push((key, edge));
        } else {
            self.many.insert(key, edge);
            self.actors.insert(key.1, key.0);
        }
    }

    fn remove(&mut self, ticket: Ticket) -> Option<Edge> {
        if let Some(at) = self.few.iter().rposition(|((_, other), _)| *other == ticket) {
            return Some(self.few.swap_remove(at).1);
        }
        let actor = self.actors.remove(&ticket)?;
        self.many.remove(&(actor, ticket))
    }

    fn contains(&self, ticket: Ticket) -> bool {
        self.few.iter().any(|((_, other), _)| *other == ticket) || self.actors.contains_key(&ticket)
    }

    fn edges_of(&self, actor: ActorId) -> impl Iterator<Item = (Ticket, &Edge)> {
        let few = self.few.iter().filter(move |((of, _), _)| *of == actor);
        let many = self.many.range((actor, Ticket::FIRST)..=(actor, Ticket::LAST));
        few.map(|(key, edge)| (key.1, edge)).chain(many.map(|(key, edge)| (key.1, edge)))
    }
}

fn part(position: usize) -> MutexGuard<'static, Entries> {
    RECORD[position].0.lock().unwrap_or_else(PoisonError::into_inner)
}

fn position(actor: ActorId) -> usize {
    actor.number() % PARTS
}

/// Records an edge from `actor`.
pub(super) fn insert(actor: ActorId, edge: Edge) -> Ticket {
    let mut entries = part(position(actor));
    let ticket = entries.ticket(position(actor));
    entries.insert((actor, ticket), edge);
    ticket
}

/// Makes an entry of `actor` that does not count yet.
pub(super) fn insert_dormant(actor: ActorId) -> Ticket {
    let mut entries = part(position(actor));
    let ticket = entries.ticket(position(actor));
    entries.dormant.insert(ticket, Status::Dormant);
    ticket
}

/// Lets an entry of `actor` count, unless that is over. Returns `true` if it has not counted before.
pub(super) fn restart(ticket: Ticket, actor: ActorId, edge: Edge) -> bool {
    let mut entries = part(ticket.part());
    if entries.dormant.get(&ticket) == Some(&Status::Dormant) {
        entries.dormant.remove(&ticket);
        entries.insert((actor, ticket), edge);
        return true;
    }
    drop(entries);
    edge.companions.remove();
    false
}

/// Lets an entry no longer count, but keeps it.
pub(super) fn set_status(ticket: Ticket, status: Status) {
    let mut entries = part(ticket.part());
    let edge = entries.remove(ticket);
    match entries.dormant.get_mut(&ticket) {
        Some(Status::Over) => {}
        Some(before) => *before = status,
        None if edge.is_some() => drop(entries.dormant.insert(ticket, status)),
        None => {}
    }
    drop(entries);
    edge.into_iter().for_each(|edge| edge.companions.remove());
}

/// Removes an entry.
#[cold]
#[inline(never)]
pub(super) fn remove(ticket: Ticket) {
    let mut entries = part(ticket.part());
    let edge = entries.remove(ticket);
    if edge.is_none() {
        entries.dormant.remove(&ticket);
    }
    drop(entries);
    edge.into_iter().for_each(|edge| edge.companions.remove());
}

/// Lets all waits of `actor` no longer count, because its handler is over.
#[cold]
pub(crate) fn forget(actor: ActorId) {
    if bug("a handler that is over waits on") {
        return;
    }
    let mut entries = part(position(actor));
    let tickets: Vec<_> = entries.edges_of(actor).map(|(ticket, _)| ticket).collect();
    let mut edges = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        edges.extend(entries.remove(ticket));
        entries.dormant.insert(ticket, Status::Dormant);
    }
    drop(entries);
    edges.into_iter().for_each(|edge| edge.companions.remove());
}

/// Calls `f` with the edges from `actor`, with their part locked.
pub(super) fn edges_of<T>(
    actor: ActorId,
    f: impl FnOnce(&mut dyn Iterator<Item = (Ticket, &Edge)>) -> T,
) -> T {
    f(&mut part(position(actor)).edges_of(actor))
}

/// Returns whether all of `tickets` count at one moment.
#[cold]
pub(super) fn are_recorded(tickets: &[Ticket]) -> bool {
    let mut positions: Vec<_> = tickets.iter().map(|ticket| ticket.part()).collect();
    positions.sort_unstable();
    positions.dedup();
    let parts: Vec<_> = positions.iter().map(|&at| part(at)).collect();
    let is_recorded = |ticket: &Ticket| {
        let at = positions.binary_search(&ticket.part());
        at.is_ok_and(|at| parts[at].contains(*ticket))
    };
    tickets.iter().all(is_recorded)
}
