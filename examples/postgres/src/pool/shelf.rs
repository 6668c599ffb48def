//! Sessions that wait for callers, and callers that wait for sessions.
//!
//! Invariants:
//!
//! 1. Idle sessions, sessions in use, and those that are being connected, checked or reset are at most `size`. Only
//!    the manager adds sessions, so only the manager checks it.
//! 2. A session is lent only when it is clean, and to one task.
//! 3. Callers are served in the order in which they asked. One that has gone costs no session.
//!
//! Nothing that is the user's runs under the lock: no caller is woken, no session dropped.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    panic::Location,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::Instant};

use super::{Holder, ManagerHandle, PoolConfig, PooledSession};
use crate::{
    error::{Error, Result},
    session::Session,
};

/// What a pool has. It outlives the life of a manager that panics.
pub(super) struct Shelf {
    pub(super) settings: PoolConfig,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The one that was used last is at the end.
    idle: Vec<Idle>,
    waiting: VecDeque<Waiting>,
    holders: HashMap<u64, Holding>,
    next_id: u64,
    /// Sessions that are being connected, checked or reset, when the manager counted them last.
    coming: usize,
    is_closed: bool,
}

struct Idle {
    session: Session,
    since: Instant,
}

struct Waiting {
    location: &'static Location<'static>,
    place: oneshot::Sender<Result<PooledSession>>,
}

struct Holding {
    location: &'static Location<'static>,
    since: Instant,
    process_id: i32,
}

/// What a caller gets at once.
pub(super) enum Taken {
    Session(PooledSession),
    Place(oneshot::Receiver<Result<PooledSession>>),
}

/// What the manager does next.
pub(super) enum Missing {
    Nothing,
    /// A session, which has to be connected.
    Session,
    /// An answer of the server: this session was not used for long.
    Check(Session),
}

/// How many sessions and callers there are.
pub(super) struct Numbers {
    pub(super) idle: usize,
    pub(super) in_use: usize,
    pub(super) waiting: usize,
}

impl State {
    fn total(&self) -> usize {
        self.idle.len() + self.holders.len() + self.coming
    }

    /// Notes who holds a session.
    fn lend(&mut self, location: &'static Location<'static>, process_id: i32) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.holders.insert(id, Holding { location, since: Instant::now(), process_id });
        id
    }

    /// The caller that has waited longest.
    fn next_waiting(&mut self) -> Option<Waiting> {
        while let Some(waiting) = self.waiting.pop_front() {
            if !waiting.place.is_closed() {
                return Some(waiting);
            }
        }
        None
    }
}

impl Shelf {
    pub(super) fn new(settings: PoolConfig) -> Self {
        Self { settings, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_over(&self, session: &Session) -> bool {
        let is_old = self.settings.max_lifetime.is_some_and(|limit| session.age() > limit);
        session.is_closed() || is_old
    }

    fn is_usable(&self, idle: &Idle) -> bool {
        idle.since.elapsed() < self.settings.check_after && !self.is_over(&idle.session)
    }

    /// Takes a session, or a place in the queue. Asks the manager for what is missing.
    pub(super) fn take(
        self: &Arc<Self>,
        location: &'static Location<'static>,
        manager: &ManagerHandle,
    ) -> Result<Taken> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Error::PoolClosed);
        }
        if state.waiting.is_empty()
            && let Some(Idle { session, .. }) = state.idle.pop_if(|idle| self.is_usable(idle))
        {
            let id = state.lend(location, session.process_id());
            drop(state);
            let lent = PooledSession::new(session, id, manager.clone(), self.clone());
            return Ok(Taken::Session(lent));
        }
        let (place, taken) = oneshot::channel();
        state.waiting.push_back(Waiting { location, place });
        let may_have_more = !state.idle.is_empty() || state.total() < self.settings.size;
        drop(state);
        if may_have_more {
            // Refused only if the pool is closed, which ends the wait.
            let _ = manager.serve().cast_now();
        }
        Ok(Taken::Place(taken))
    }

    /// Gives a clean session to the caller that has waited longest, or keeps it. `id` is that of its last holder.
    pub(super) fn put(
        self: &Arc<Self>,
        mut session: Session,
        mut manager: ManagerHandle,
        mut id: Option<u64>,
    ) {
        loop {
            let mut state = self.lock();
            if let Some(id) = id.take() {
                state.holders.remove(&id);
            }
            if state.is_closed || self.is_over(&session) {
                drop(state);
                drop(session);
                let _ = manager.serve().cast_now();
                return;
            }
            let Some(Waiting { location, place }) = state.next_waiting() else {
                state.idle.push(Idle { session, since: Instant::now() });
                return;
            };
            let next = state.lend(location, session.process_id());
            drop(state);
            match place.send(Ok(PooledSession::new(session, next, manager, self.clone()))) {
                // It has gone meanwhile.
                Err(Ok(returned)) => (session, manager) = returned.into_parts(),
                Ok(()) | Err(Err(_)) => return,
            }
            id = Some(next);
        }
    }

    /// A session is no longer in use.
    pub(super) fn release(&self, id: u64) {
        self.lock().holders.remove(&id);
    }

    /// What is missing besides the sessions that are `coming`.
    pub(super) fn missing(&self, coming: usize) -> Missing {
        loop {
            let mut state = self.lock();
            state.coming = coming;
            state.waiting.retain(|waiting| !waiting.place.is_closed());
            let is_wanted = state.waiting.len() > coming;
            if is_wanted && let Some(Idle { session, .. }) = state.idle.pop() {
                drop(state);
                if self.is_over(&session) {
                    continue;
                }
                return Missing::Check(session);
            }
            let has_room = state.total() < self.settings.size && !state.is_closed;
            return match is_wanted || state.total() < self.settings.min_idle {
                true if has_room => Missing::Session,
                _ => Missing::Nothing,
            };
        }
    }

    /// Fails the caller that has waited longest.
    pub(super) fn fail_first(&self, error: Error) {
        let first = self.lock().next_waiting();
        if let Some(Waiting { place, .. }) = first {
            // Unless it has gone meanwhile.
            let _ = place.send(Err(error));
        }
    }

    /// Closes sessions that have ended, or were idle for too long.
    pub(super) fn sweep(&self) {
        let limit = self.settings.idle_timeout.unwrap_or(Duration::MAX);
        let mut state = self.lock();
        let (kept, ended) = mem::take(&mut state.idle)
            .into_iter()
            .partition(|idle| !self.is_over(&idle.session) && idle.since.elapsed() < limit);
        state.idle = kept;
        drop(state);
        drop::<Vec<Idle>>(ended);
    }

    /// Ends all waits, now and from here on, and returns the idle sessions.
    pub(super) fn close(&self) -> Vec<Session> {
        let mut state = self.lock();
        state.is_closed = true;
        let (idle, waiting) = (mem::take(&mut state.idle), mem::take(&mut state.waiting));
        drop(state);
        // Those who wait are told by the drop of their places.
        drop(waiting);
        idle.into_iter().map(|idle| idle.session).collect()
    }

    pub(super) fn numbers(&self) -> Numbers {
        let state = self.lock();
        let waiting = state.waiting.iter().filter(|waiting| !waiting.place.is_closed()).count();
        Numbers { idle: state.idle.len(), in_use: state.holders.len(), waiting }
    }

    /// Who holds sessions, the longest first.
    pub(super) fn holders(&self) -> Vec<Holder> {
        let state = self.lock();
        let mut holders: Vec<Holder> = state.holders.values().map(Holding::shown).collect();
        drop(state);
        holders.sort_by_key(|holder| std::cmp::Reverse(holder.held));
        holders
    }
}

impl Holding {
    fn shown(&self) -> Holder {
        let Self { location, since, process_id } = *self;
        Holder { location, held: since.elapsed(), process_id }
    }
}
