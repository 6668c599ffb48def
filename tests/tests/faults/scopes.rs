//! Scopes with an infinite deadline, with many short-lived actors, and nested deeply.

use std::time::Duration;

use actor_runtime::{ActorHandle, Context, ExitReason, Scope, actor, spawn};

use crate::loops::Counter;

#[tokio::test(start_paused = true)]
async fn a_scope_may_have_an_infinite_deadline() {
    let scope = Scope::with_deadline(Duration::MAX);
    let counter = scope.spawn(Counter::default());
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
    assert!(counter.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_scope_keeps_running_actors_and_forgets_ended_ones() {
    let scope = Scope::new();
    let stays: Vec<_> = (0..40).map(|_| scope.spawn(Counter::default())).collect();
    for _ in 0..1_000 {
        let goes = scope.spawn(Counter::default());
        let exited = goes.exited();
        drop(goes);
        exited.await;
    }
    assert_eq!(scope.len(), stays.len());
    let ended = scope.shutdown().await;
    let in_order = ended.iter().filter(|ended| ended.reason == Some(ExitReason::Shutdown));
    assert_eq!(in_order.count(), stays.len());
}

/// How deep scopes are nested.
const DEPTH: usize = 20_000;

/// Nested scopes with an actor in each.
fn nested() -> (Vec<Scope>, Vec<crate::loops::CounterHandle>) {
    let mut scopes = vec![Scope::new()];
    for outer in 0..DEPTH {
        let inner = scopes[outer].child();
        scopes.push(inner);
    }
    let counters = scopes.iter().map(|scope| scope.spawn(Counter::default())).collect();
    (scopes, counters)
}

#[tokio::test]
async fn deeply_nested_scopes_are_shut_down() {
    let (scopes, counters) = nested();
    assert_eq!(scopes[0].len(), 2);
    let ended = scopes[0].shutdown().await;
    assert_eq!(ended.len(), DEPTH + 1);
    assert!(counters.iter().all(|one| one.exit_reason() == Some(ExitReason::Shutdown)));
    assert!(scopes[0].is_empty());
}

#[tokio::test]
async fn deeply_nested_scopes_are_aborted() {
    let (scopes, counters) = nested();
    scopes[0].abort();
    let ended = scopes[0].shutdown().await;
    assert_eq!(ended.len(), DEPTH + 1);
    assert!(counters.iter().all(|one| one.exit_reason() == Some(ExitReason::Aborted)));
}

#[tokio::test]
async fn deeply_nested_scopes_are_dropped() {
    for is_outermost_first in [true, false] {
        let (mut scopes, counters) = nested();
        if !is_outermost_first {
            scopes.reverse();
        }
        drop(scopes);
        for counter in counters {
            assert_eq!(counter.exited().await, ExitReason::Aborted);
        }
    }
}

/// Has a child, which has a child, and so on.
struct Parent;

#[actor]
impl Parent {
    /// Starts a child.
    pub(crate) fn bear(&self, context: &Context<Self>) -> ParentHandle {
        context.children().spawn(Self)
    }
}

#[tokio::test]
async fn deep_families_end_in_order_or_are_aborted() {
    for is_aborted in [false, true] {
        let scope = Scope::new();
        let mut family = vec![spawn(Parent)];
        scope.add(&family[0]);
        for parent in 0..2_000 {
            let child = family[parent].bear().await.unwrap();
            family.push(child);
        }
        if is_aborted {
            scope.abort();
        }
        scope.shutdown().await;
        let expected = if is_aborted { ExitReason::Aborted } else { ExitReason::Shutdown };
        for one in &family {
            assert_eq!(one.exited().await, expected);
        }
    }
}
