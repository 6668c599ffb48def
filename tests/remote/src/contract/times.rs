//! Deadlines and retries.

use std::time::Duration;

use actor_remote::RemoteErrorKind as Kind;
use actor_runtime::{ActorHandle, Scope};
use tokio::time::Instant;

use super::{Served, mailboxes::until, name};
use crate::{
    Transport,
    actors::{Desk, DeskHandle, DeskRemote},
};

/// The caller is told when its time is over, and the other side stops waiting, too.
pub async fn a_deadline_is_kept_on_both_sides(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let (begun, after) = (Instant::now(), Duration::from_millis(200));
    let error = served.remote.wait(1).timeout(after).await.expect_err("the gate is shut");
    assert_eq!(error.kind(), &Kind::TimedOut { after, accepted: true });
    assert!(!error.is_safe_to_retry());
    assert!(begun.elapsed() >= after && begun.elapsed() < Duration::from_secs(5));
    until(|| served.there.stats().serving == 0).await;
    let error = served
        .remote
        .wait(1)
        .timeout(after)
        .one_reply()
        .await
        .expect_err("it waits behind the other");
    // The other side may have said that it was late.
    assert!(
        matches!(error.kind(), Kind::TimedOut { after: limit, .. } if *limit == after),
        "{error}"
    );
    served.gate.open.add_permits(1);
}

/// Limits that cannot be added to the time, and that of no time at all.
pub async fn limits_of_any_length(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    assert_eq!(served.remote.later().timeout(Duration::MAX).await, Ok(7));
    assert!(
        served.remote.count(1).timeout(Duration::MAX).next().await.is_some_and(|item| item.is_ok())
    );
    match served.remote.later().timeout(Duration::ZERO).await {
        // Some engines answer before the time is looked at.
        Ok(answer) => assert_eq!(answer, 7),
        Err(error) => assert!(matches!(error.kind(), Kind::TimedOut { .. }), "{error}"),
    }
    assert_eq!(served.remote.later().await, Ok(7));
}

/// A message whose time is over while it waits is skipped.
pub async fn late_messages_are_not_begun(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let first = served.remote.clone();
    let first = tokio::spawn(async move { first.wait(1).timeout(Duration::from_secs(60)).await });
    served.gate.wait_for(1).await;
    let late = served.remote.run(2).timeout(Duration::from_millis(100)).await;
    assert!(matches!(late.expect_err("it waits").kind(), Kind::TimedOut { .. }));
    until(|| served.there.stats().serving == 1).await;
    served.gate.open.add_permits(1);
    assert_eq!(first.await.expect("it runs"), Ok(1));
    assert_eq!(served.local.ran().await.expect("it runs"), [1]);
    assert_eq!(served.local.stats().counts.skipped, 1);
}

/// Somebody begins to serve the name while a call is repeated.
pub async fn retries_until_somebody_serves(transport: &impl Transport) {
    let (there, here) = (transport.link().await, transport.link().await);
    let name = name();
    let remote: DeskRemote = here.find(&name);
    let call = tokio::spawn(async move { remote.divide(6, 2).retry(20).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let scope = Scope::new();
    let desk: DeskHandle = scope.spawn(Desk::default());
    there.serve(&name, &desk, &scope).await.expect("it can be served");
    assert_eq!(call.await.expect("it runs"), Ok(Ok(3)));
}

/// A call that may have been done is repeated if its handler is marked idempotent, and not otherwise.
pub async fn only_idempotent_calls_are_repeated_when_in_doubt(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let first = served.remote.clone();
    let first = tokio::spawn(async move { first.wait(1).timeout(Duration::from_secs(60)).await });
    served.gate.wait_for(1).await;
    let in_doubt = Duration::from_millis(50);
    let error =
        served.remote.run(2).timeout(in_doubt).retry(3).await.expect_err("the actor is busy");
    assert!(matches!(error.kind(), Kind::TimedOut { .. }));
    let begun = Instant::now();
    let remote = served.remote.clone();
    let repeated =
        tokio::spawn(async move { remote.set_tickets(vec![1]).timeout(in_doubt).retry(100).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    served.gate.open.add_permits(1);
    repeated.await.expect("it runs").expect("one of the attempts is answered");
    assert!(begun.elapsed() >= in_doubt);
    assert_eq!(served.local.tickets().await.expect("it runs"), [1]);
    assert_eq!(first.await.expect("it runs"), Ok(1));
}
