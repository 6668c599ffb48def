//! Scopes: a random tree of members, and everything that may happen during its shutdown.
//!
//! 1. When a shutdown returns, everything that was started in the scope has ended.
//! 2. A healthy member ends in order and stops its work properly, unless the scope was aborted, whichever
//!    other member hangs.
//! 3. A member that shuts its scope down is neither waited for nor aborted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use actor_runtime::{ActorHandle, Context, ExitReason, Scope, actor};

use crate::{options::Mode, rng::Rng, tally::Seen, world::World};

/// What a member does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Healthy,
    HangsInStart,
    HangsInHandler,
    HangsInStop,
}

struct Member {
    kind: Kind,
    scope: Scope,
    /// How many healthy members have stopped properly.
    stopped: Arc<AtomicU32>,
}

#[actor]
impl Member {
    #[on_start]
    async fn start(&mut self) {
        tokio::task::yield_now().await;
        self.hang_if(Kind::HangsInStart).await;
    }

    #[on_stop]
    async fn stop(&mut self) {
        self.hang_if(Kind::HangsInStop).await;
        tokio::task::yield_now().await;
        self.stopped.fetch_add(1, Ordering::SeqCst);
    }

    async fn hang_if(&self, kind: Kind) {
        if self.kind == kind {
            std::future::pending::<()>().await;
        }
    }

    /// Works, or hangs.
    pub(crate) async fn work(&self) {
        tokio::task::yield_now().await;
        self.hang_if(Kind::HangsInHandler).await;
    }

    /// Starts a healthy child.
    pub(crate) fn bear(&self, context: &Context<Self>) {
        let (scope, stopped) = (self.scope.clone(), self.stopped.clone());
        // The scope has no handle, so the child ends with this one, or lives until it is stopped.
        let child = context.children().spawn(Self { kind: Kind::Healthy, scope, stopped });
        drop(child.work().try_cast());
    }

    /// Shuts the scope down.
    pub(crate) async fn quit(&self) {
        let ended = self.scope.shutdown().await;
        assert!(ended.iter().all(|ended| ended.reason.is_some()), "{ended:?}");
    }
}

impl World {
    /// Fills a scope, and shuts it down.
    pub(crate) async fn shuts_a_scope_down(&self, rng: &mut Rng) {
        // With real time, a member that hangs costs as much of it.
        let may_hang = self.mode == Mode::Current || rng.one_in(16);
        let deadline = if self.mode == Mode::Current { 10_000 } else { 200 };
        let scope = match may_hang {
            true => Scope::with_deadline(Duration::from_millis(deadline)),
            false => Scope::new(),
        };
        let stopped = Arc::new(AtomicU32::new(0));
        let mut members = Vec::new();
        let mut nested = vec![scope.clone()];
        for _ in 0..=rng.below(6) {
            if rng.one_in(3) {
                let child = nested[nested.len() - 1].child();
                nested.push(child);
            }
            let kind = match rng.below(8) {
                0 if may_hang => Kind::HangsInStart,
                1 if may_hang => Kind::HangsInHandler,
                2 if may_hang => Kind::HangsInStop,
                _ => Kind::Healthy,
            };
            let member = Member { kind, scope: scope.clone(), stopped: stopped.clone() };
            let place = nested[nested.len() - 1].clone();
            let member = place.spawn(member);
            member.work().try_cast().expect("an empty mailbox has room");
            if rng.one_in(4) {
                drop(member.bear().try_cast());
            }
            members.push((kind, member));
        }
        self.ends_it(rng, &scope, &stopped, &mut members).await;
        let healthy = members.iter().filter(|(kind, _)| *kind == Kind::Healthy);
        let reasons = healthy.map(|(_, member)| member.exit_reason());
        let (mut in_order, mut all) = (0, 0);
        for reason in reasons {
            all += 1;
            in_order += u32::from(reason == Some(ExitReason::Shutdown));
        }
        for (_, member) in &members {
            member.exited().await;
        }
        assert!(scope.is_empty(), "something is left: {scope:?}");
        assert!(stopped.load(Ordering::SeqCst) >= in_order);
        if in_order < all {
            self.ledger.saw(Seen::ScopesAborted);
        }
        self.ledger.saw(Seen::ScopesShutDown);
    }

    async fn ends_it(
        &self,
        rng: &mut Rng,
        scope: &Scope,
        stopped: &Arc<AtomicU32>,
        members: &mut Vec<(Kind, MemberHandle)>,
    ) {
        let hangs = members.iter().any(|(kind, _)| *kind != Kind::Healthy);
        let mut is_aborted = false;
        let (other, late_scope) = (scope.clone(), scope.clone());
        let mut quits = None;
        match rng.below(4) {
            0 => {
                is_aborted = true;
                let yields = rng.below(8);
                tokio::spawn(async move {
                    for _ in 0..yields {
                        tokio::task::yield_now().await;
                    }
                    other.abort();
                });
            }
            1 => {
                // It starts while the scope is shut down.
                let stopped = stopped.clone();
                let late = Member { kind: Kind::Healthy, scope: scope.clone(), stopped };
                let started = tokio::spawn(async move { late_scope.start(late).await });
                scope.shutdown().await;
                let late = started.await.expect("a start does not panic");
                members.push((Kind::Healthy, late.expect("a healthy member starts")));
                self.ledger.saw(Seen::ScopesJoinedLate);
            }
            2 => {
                quits = members.iter().find(|(kind, _)| *kind == Kind::Healthy).cloned();
            }
            _ => {}
        }
        match quits {
            Some((_, member)) => {
                member.quit().await.expect("a member that is healthy answers");
                member.exited().await;
                self.ledger.saw(Seen::ScopesQuit);
            }
            None => drop(scope.shutdown().await),
        }
        // What joins after everything has ended is waited for by another shutdown.
        scope.shutdown().await;
        if is_aborted || hangs && self.mode == Mode::Multi {
            return;
        }
        for (kind, member) in members {
            let reason = member.exit_reason();
            match kind {
                Kind::Healthy => assert_eq!(reason, Some(ExitReason::Shutdown)),
                _ => assert_eq!(reason, Some(ExitReason::Aborted), "{kind:?}"),
            }
        }
    }
}
