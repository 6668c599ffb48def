//! A scope's shutdown against actors that start, that shut it down themselves, and that hang.
//!
//! There is no time in a model. A limit has elapsed once it was polled a few times, and a deadline of
//! `Duration::MAX` never does.

use std::time::Duration;

use actor_runtime::{ActorHandle, Builder, ExitReason, Scope, actor};
use shuttle::future::{block_on, spawn, yield_now};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Plan, Running, only_if_woken, start},
};

fn a_start_against_shutdown() {
    block_on(async {
        let scope = Scope::with_deadline(Duration::MAX);
        let (first, _, first_run) = Plan::new(2).pair();
        scope.add(&first);
        let shutdown = spawn({
            let scope = scope.clone();
            async move { only_if_woken(scope.shutdown()).await }
        });
        let (second, _, second_run) = Plan::new(2).slow_hooks().pair();
        let starter = spawn({
            let (scope, second) = (scope.clone(), second.clone());
            async move {
                scope.add(&second);
                let running = [spawn(async { drop(second_run.await) })];
                // The shutdown cannot be over before the first one runs.
                spawn(async { drop(first_run.await) }).await.unwrap();
                running
            }
        });
        // The second one may have joined before the shutdown began, while it was under way, or after the
        // first was found to have ended, but not after the shutdown was over.
        let ended = shutdown.await.unwrap();
        assert_eq!(second.exit_reason(), Some(ExitReason::Shutdown));
        assert_eq!(ended.len(), 2);
        assert!(scope.is_empty());
        for running in starter.await.unwrap() {
            running.await.unwrap();
        }
        drop(first);
    });
}

#[test]
fn an_actor_that_joins_during_a_shutdown_has_ended_when_it_returns() {
    explore(a_start_against_shutdown);
}

#[test]
#[should_panic(expected = "assertion")]
fn finds_a_member_that_is_forgotten() {
    explore_with_bug("a member that comes late is forgotten", a_start_against_shutdown);
}

/// Shuts down its scope.
struct Quitter(Scope);

#[actor]
impl Quitter {
    /// Shuts down the scope.
    pub async fn quit(&mut self) -> usize {
        self.0.shutdown().await.len()
    }

    #[on_stop]
    async fn stop(&mut self) {
        yield_now().await;
    }
}

fn a_member_shuts_its_scope_down() {
    block_on(async {
        let scope = Scope::with_deadline(Duration::MAX);
        let Running { probe, notes: _, task } = start(2);
        scope.add(&probe);
        let (quitter, run) = Builder::new().pair(Quitter(scope.clone()));
        scope.add(&quitter);
        let running = spawn(async { run.await.reason });
        let other = spawn({
            let scope = scope.clone();
            async move { scope.shutdown().await.len() }
        });
        // The other shutdown may have closed it before.
        let by_member = quitter.quit().await.unwrap_or(0);
        let by_other = other.await.unwrap();
        assert!(by_member <= 1 && by_other <= 2);
        assert_eq!(quitter.exited().await, ExitReason::Shutdown);
        assert_eq!(running.await.unwrap(), ExitReason::Shutdown);
        assert_eq!(task.await.unwrap(), ExitReason::Shutdown);
        drop(probe);
    });
}

#[test]
fn an_actor_may_shut_down_its_scope() {
    explore(a_member_shuts_its_scope_down);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_member_that_waits_for_itself() {
    explore_with_bug("a member waits for itself", a_member_shuts_its_scope_down);
}

fn a_member_hangs() {
    block_on(async {
        let scope = Scope::with_deadline(Duration::from_secs(10));
        let store = Plan::new(2).slow_hooks().start();
        scope.add(&store.probe);
        // One that does not end whatever happens, and one that ends when it is aborted.
        let (blocked, _, run) = Plan::new(2).pair();
        scope.add(&blocked);
        let stuck = start(2);
        stuck.probe.stuck(1).try_cast().unwrap();
        scope.add(&stuck.probe);
        let mut ended = scope.shutdown().await;
        ended.sort_by_key(|ended| ended.reason.is_none());
        assert_eq!(ended.len(), 3, "not all had their turn: {ended:?}");
        assert_eq!(ended[2].reason, None, "{ended:?}");
        assert!(store.probe.is_closed() && blocked.is_closed() && stuck.probe.is_closed());
        drop(run);
        assert_ne!(stuck.ended().await.0, ExitReason::HandlesDropped);
        assert_ne!(store.ended().await.0, ExitReason::HandlesDropped);
    });
}

#[test]
fn all_members_have_their_turn_beside_one_that_hangs() {
    explore(a_member_hangs);
}

#[test]
#[should_panic(expected = "not all had their turn")]
fn finds_a_member_that_has_no_turn() {
    explore_with_bug("the turns end with the first that is left behind", a_member_hangs);
}

fn an_abort_against_shutdown() {
    block_on(async {
        let scope = Scope::with_deadline(Duration::MAX);
        // Never polled, so it does not end.
        let (blocked, _, run) = Plan::new(2).pair();
        scope.add(&blocked);
        let Running { probe, notes: _, task } = start(2);
        scope.add(&probe);
        let aborter = spawn({
            let scope = scope.clone();
            async move { scope.abort() }
        });
        let ended = only_if_woken(scope.shutdown()).await;
        assert_eq!(ended.len(), 2);
        assert_eq!(ended.last().unwrap().reason, None);
        aborter.await.unwrap();
        drop((run, probe));
        assert_ne!(task.await.unwrap(), ExitReason::HandlesDropped);
    });
}

#[test]
fn an_abort_wakes_a_shutdown() {
    explore(an_abort_against_shutdown);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_shutdown_that_an_abort_does_not_wake() {
    explore_with_bug("an abort does not wake the shutdown", an_abort_against_shutdown);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_shutdown_that_waits_for_an_abort_later_than_it_looked() {
    explore_with_bug("a shutdown waits later than it looked", an_abort_against_shutdown);
}
