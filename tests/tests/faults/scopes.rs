//! Scopes with an infinite deadline, and with many short-lived actors.

use std::time::Duration;

use actor_runtime::{ActorHandle, ExitReason, Scope};

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
