//! The list of what is in a scope.

use std::{
    collections::BTreeMap,
    sync::Weak,
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::{
    life::scope::member::{Life, Member, What},
    sync::{Arc, Mutex, bug, gap, lock, unique},
    thread::{current::ActorId, waker::wake},
};

/// The smallest number of members at which a scope removes those that have ended.
const SWEEP: usize = 16;

/// The members of a scope. Dropping it aborts them.
///
/// Scopes nest to any depth, so whatever concerns nested scopes is a loop with a stack of its own.
pub(super) struct Members {
    pub(super) deadline: Duration,
    list: Mutex<List>,
}

struct List {
    phase: Phase,
    /// The length of the list at which members that have ended are removed.
    sweep_at: usize,
    /// In the order they were added, which is that of their ids. Members are also added when the scope
    /// is closing, so that a shutdown finds them.
    members: Vec<Member>,
    /// Shutdowns that an abort wakes.
    watchers: BTreeMap<usize, Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// New members are closed.
    Closing,
    /// New members are aborted.
    Aborted,
}

impl Members {
    pub(super) fn new(deadline: Duration) -> Arc<Self> {
        let list = List {
            phase: Phase::Open,
            sweep_at: SWEEP,
            members: Vec::new(),
            watchers: BTreeMap::new(),
        };
        Arc::new(Self { deadline, list: Mutex::new(list) })
    }

    /// Adds a member and returns its id. If the scope is closing, so is the member.
    pub(super) fn push(&self, what: What) -> usize {
        let mut list = lock(&self.list);
        let mut gone = Vec::new();
        // Members that have ended are removed when the list has doubled since the last time, so the
        // amortized cost of an addition is constant.
        if list.members.len() >= list.sweep_at {
            let all = std::mem::take(&mut list.members).into_iter();
            (gone, list.members) = all.partition(|member| member.is_gone());
            list.sweep_at = SWEEP.max(2 * list.members.len());
        }
        let id = unique();
        let phase = list.phase;
        if !(bug("a member that comes late is forgotten") && phase != Phase::Open) {
            list.members.push(Member { id, what: what.clone() });
        }
        drop(list);
        drop(gone);
        match phase {
            Phase::Open => {}
            Phase::Closing => what.close(),
            Phase::Aborted => what.abort(),
        }
        id
    }

    /// Removes a member.
    pub(super) fn remove(&self, id: usize) {
        let mut list = lock(&self.list);
        let at = list.members.binary_search_by_key(&id, |member| member.id);
        let removed = at.ok().map(|at| list.members.remove(at));
        drop(list);
        drop(removed);
    }

    /// Closes the scope, and returns the last member with an id below `below`.
    pub(super) fn last_below(&self, below: usize) -> Option<Member> {
        let mut list = lock(&self.list);
        list.close();
        let end = list.members.partition_point(|member| member.id < below);
        list.members[..end].last().cloned()
    }

    /// Closes new members from now on.
    pub(super) fn close(&self) {
        lock(&self.list).close();
    }

    /// Whether there is nothing to stop.
    pub(super) fn is_empty(&self) -> bool {
        lock(&self.list).members.is_empty()
    }

    /// Returns the number of members that have not ended. A nested scope counts as one.
    pub(super) fn len(&self) -> usize {
        let members = self.members();
        members.iter().filter(|member| member.what.is_alive()).count()
    }

    /// Returns the number of actors in the scope and all nested ones.
    pub(super) fn count_actors(&self) -> usize {
        let mut actors = 0;
        What::visit(self.members(), |_| {
            actors += 1;
            Visit::Continue
        });
        actors
    }

    /// Whether `actor` is in the scope or a nested one, or among the children of its members.
    pub(super) fn contains(&self, actor: ActorId) -> bool {
        let mut is_found = false;
        What::visit(self.members(), |life| {
            is_found = life.id() == actor;
            if is_found {
                return Visit::Stop;
            }
            life.children().map_or(Visit::Continue, Visit::Enter)
        });
        is_found
    }

    /// Aborts everything in it.
    pub(super) fn abort(&self) {
        let Some(members) = self.begin_abort() else {
            return;
        };
        abort(members);
    }

    /// Marks the scope as aborted, and returns what is to be aborted in it, unless it was before.
    fn begin_abort(&self) -> Option<Vec<Member>> {
        let mut list = lock(&self.list);
        if list.phase == Phase::Aborted {
            return None;
        }
        list.phase = Phase::Aborted;
        // They remain in the list, since they have not ended yet.
        let members = list.members.clone();
        let watchers = std::mem::take(&mut list.watchers);
        drop(list);
        if !bug("an abort does not wake the shutdown") {
            watchers.into_values().for_each(wake);
        }
        Some(members)
    }

    /// Completes when the scope is aborted. `ticket` identifies the watcher across polls;
    /// [`unwatch`](Self::unwatch) removes it.
    pub(super) fn poll_aborted(&self, ticket: &mut Option<usize>, cx: &Context<'_>) -> Poll<()> {
        let waker = cx.waker().clone();
        let list = lock(&self.list);
        if list.phase == Phase::Aborted {
            return Poll::Ready(());
        }
        let mut list = gap("a shutdown waits later than it looked", list, &self.list);
        let ticket = *ticket.get_or_insert_with(unique);
        let stale = list.watchers.insert(ticket, waker);
        drop(list);
        drop(stale);
        Poll::Pending
    }

    /// Removes a watcher.
    pub(super) fn unwatch(&self, ticket: usize) {
        let waker = lock(&self.list).watchers.remove(&ticket);
        drop(waker);
    }

    fn members(&self) -> Vec<Member> {
        lock(&self.list).members.clone()
    }
}

impl List {
    fn close(&mut self) {
        if self.phase == Phase::Open {
            self.phase = Phase::Closing;
        }
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        self.abort();
    }
}

/// What to do after a visit of an actor.
enum Visit {
    Continue,
    /// Visit these, too.
    Enter(Arc<Members>),
    Stop,
}

impl What {
    /// Calls `visit` for each actor in `members` and in the scopes nested in them.
    fn visit(members: Vec<Member>, mut visit: impl FnMut(&Arc<dyn Life>) -> Visit) {
        let mut left = members;
        while let Some(member) = left.pop() {
            match member.what {
                Self::Actor(life) => match visit(&life) {
                    Visit::Continue => {}
                    Visit::Enter(members) => left.extend(members.members()),
                    Visit::Stop => return,
                },
                Self::Scope(scope) => {
                    left.extend(scope.upgrade().into_iter().flat_map(|scope| scope.members()));
                }
            }
        }
    }

    fn is_alive(&self) -> bool {
        let mut is_alive = false;
        What::visit(vec![Member { id: 0, what: self.clone() }], |life| {
            is_alive = life.exit_reason().is_none();
            if is_alive { Visit::Stop } else { Visit::Continue }
        });
        is_alive
    }

    fn close(&self) {
        match self {
            Self::Actor(life) => life.close(),
            Self::Scope(scope) => {
                if let Some(scope) = scope.upgrade() {
                    scope.close();
                }
            }
        }
    }

    fn abort(&self) {
        abort(vec![Member { id: 0, what: self.clone() }]);
    }
}

/// Aborts `members`, the last one first.
fn abort(members: Vec<Member>) {
    let mut left = members;
    while let Some(member) = left.pop() {
        match member.what {
            What::Actor(life) => life.abort(),
            What::Scope(scope) => left.extend(nested(&scope)),
        }
    }
}

fn nested(scope: &Weak<Members>) -> Vec<Member> {
    scope.upgrade().and_then(|scope| scope.begin_abort()).unwrap_or_default()
}
