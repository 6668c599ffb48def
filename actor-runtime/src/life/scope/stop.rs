//! The shutdown of a scope.
//!
//! 1. Every member gets its turn, the last one first: it is closed, and waited for within what the
//!    [`Budget`] allows. One that has not ended by then is left behind, and its children get their turns.
//! 2. Those left behind are waited for until the deadline, when they are aborted.
//! 3. They have a common [`GRACE`] to end in. What has not ended then is reported as such.
//!
//! An abort of the scope leads to the third step at once.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    exit::ExitReason,
    life::scope::{
        budget::Budget,
        member::{Life, MemberExit},
        members::Members,
        walk::{Found, Walk},
    },
    sync::{Arc, bug},
    thread::{
        current::{self, ActorId},
        limit::Limit,
    },
};

/// How long all actors together have to end after they were aborted, since one that blocks its thread
/// does not end.
const GRACE: Duration = Duration::from_secs(1);

/// Which actor waits for a shutdown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// The one whose handler polls it, if any. It may be a member, or a child of one.
    Handler,
    /// The parent of all members, after its last handler.
    Parent,
}

/// A shutdown in progress.
pub(super) struct Stop {
    scope: Arc<Members>,
    caller: Caller,
    /// Whether the members have been aborted by this shutdown.
    is_aborting: bool,
    walk: Walk,
    budget: Budget,
    left: Vec<Left>,
    exits: Vec<MemberExit>,
}

/// A member that was left behind.
struct Left {
    found: Found,
    running: Option<(&'static str, Option<Duration>)>,
}

/// How the wait for an actor ended.
enum Waited {
    Ended(ExitReason),
    TimedOut,
    /// The scope was aborted.
    Aborted,
    /// The actor, or the child of it, is what waits.
    ForItself,
}

impl Stop {
    pub(super) fn new(scope: Arc<Members>, caller: Caller) -> Self {
        Self {
            walk: Walk::new(scope.clone()),
            budget: Budget::new(scope.deadline),
            scope,
            caller,
            is_aborting: false,
            left: Vec::new(),
            exits: Vec::new(),
        }
    }

    pub(super) async fn run(mut self) -> Vec<MemberExit> {
        loop {
            self.take_turns().await;
            // Some may have been added in the meantime.
            let are_any_left = !self.left.is_empty();
            if !self.wait_for_left().await {
                self.abort().await;
                return self.exits;
            }
            if !are_any_left {
                return self.exits;
            }
        }
    }

    /// Stops the members in their order, as long as there are any that have not had their turn.
    async fn take_turns(&mut self) {
        while let Some(found) = self.walk.next() {
            found.life.close();
            let is_left = || self.scope.count_actors().saturating_sub(self.walk.passed());
            let limit = self.budget.turn(is_left);
            match self.wait(&found, limit).await {
                Waited::Ended(reason) => {
                    self.report(Left { found, running: None }, Some(reason));
                }
                Waited::ForItself => self.walk.pass(&found),
                Waited::TimedOut | Waited::Aborted => self.leave(found),
            }
        }
    }

    /// Waits for those left behind. Returns `false` if they are to be aborted.
    async fn wait_for_left(&mut self) -> bool {
        while let Some(left) = self.left.pop() {
            match self.wait(&left.found, self.budget.rest()).await {
                Waited::Ended(reason) => self.report(left, Some(reason)),
                Waited::ForItself => {}
                Waited::TimedOut | Waited::Aborted => {
                    self.left.push(left);
                    return false;
                }
            }
        }
        true
    }

    /// Leaves an actor behind, and continues with its children, which it may no longer stop itself.
    fn leave(&mut self, found: Found) {
        if bug("the turns end with the first that is left behind") {
            self.walk = Walk::new(Members::new(Duration::ZERO));
        }
        self.walk.pass(&found);
        // From now on, the time of its handler is measured.
        found.life.running();
        if let Some(children) = found.life.children() {
            self.budget.add(children.count_actors());
            self.walk.enter(children, &found.life.name());
        }
        self.left.push(Left { found, running: None });
    }

    /// Aborts those left behind, and reports how they ended.
    async fn abort(&mut self) {
        self.is_aborting = true;
        self.budget = Budget::new(GRACE);
        let mut aborted = Vec::new();
        loop {
            // Some may have been added since.
            while let Some(found) = self.walk.next() {
                found.life.close();
                self.leave(found);
            }
            if self.left.is_empty() {
                return;
            }
            for mut left in self.left.drain(..) {
                left.running = left.found.life.running();
                left.found.life.abort();
                aborted.push(left);
            }
            for left in aborted.drain(..) {
                let reason = match self.wait(&left.found, self.budget.rest()).await {
                    Waited::Ended(reason) => Some(reason),
                    Waited::TimedOut | Waited::Aborted => None,
                    Waited::ForItself => continue,
                };
                self.report(left, reason);
            }
        }
    }

    fn report(&mut self, Left { found, running }: Left, reason: Option<ExitReason>) {
        if reason.is_some() {
            found.remove();
        }
        self.exits.push(MemberExit {
            name: found.life.name(),
            parent: found.parent.as_deref().map(str::to_owned),
            reason,
            running,
        });
    }

    /// Waits until an actor has ended, for at most `limit` of the budget.
    async fn wait(&mut self, found: &Found, limit: Duration) -> Waited {
        let life = &*found.life;
        let mut watch = Watch { life, scope: &self.scope, ended: None, aborted: None };
        let mut timer = None;
        let (caller, is_aborting) = (self.caller, self.is_aborting);
        let waited = poll_fn(|cx| {
            if let Poll::Ready(reason) = life.poll_ended(&mut watch.ended, cx) {
                return Poll::Ready(Waited::Ended(reason));
            }
            if timer.is_none() && waits_for_itself(caller, life) {
                return Poll::Ready(Waited::ForItself);
            }
            if !is_aborting && watch.poll_aborted(cx).is_ready() {
                return Poll::Ready(Waited::Aborted);
            }
            let timer = timer.get_or_insert_with(|| Limit::new(limit));
            timer.poll(cx, || life.is_elsewhere()).map(|()| Waited::TimedOut)
        })
        .await;
        drop(watch);
        self.budget.spend(timer.map_or(Duration::ZERO, |timer| timer.elapsed()));
        waited
    }
}

/// Whether the handler that runs on this thread keeps `life` from ending.
fn waits_for_itself(caller: Caller, life: &dyn Life) -> bool {
    let Some(actor) = current::actor() else {
        return false;
    };
    if bug("a member waits for itself") {
        return false;
    }
    life.id() == actor || caller == Caller::Handler && has_descendant(life, actor)
}

fn has_descendant(life: &dyn Life, actor: ActorId) -> bool {
    life.children().is_some_and(|children| children.contains(actor))
}

/// Watchers that are removed when the wait is over.
struct Watch<'a> {
    life: &'a dyn Life,
    scope: &'a Members,
    ended: Option<u64>,
    aborted: Option<usize>,
}

impl Watch<'_> {
    fn poll_aborted(&mut self, cx: &Context<'_>) -> Poll<()> {
        self.scope.poll_aborted(&mut self.aborted, cx)
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ended {
            self.life.unwatch(ticket);
        }
        if let Some(ticket) = self.aborted {
            self.scope.unwatch(ticket);
        }
    }
}
