//! Full mailboxes, and callers that go.

use std::time::Duration;

use actor_remote::{RemoteError, RemoteErrorKind as Kind};
use tokio::time::{Instant, sleep};

use super::Served;
use crate::Transport;

/// One handler waits, and two messages fill the mailbox.
async fn fill(
    served: &Served,
) -> Vec<tokio::task::JoinHandle<Result<u64, actor_remote::RemoteError>>> {
    let mut calls = Vec::new();
    for number in 1..=3 {
        let remote = served.remote.clone();
        calls.push(tokio::spawn(async move {
            remote.wait(number).timeout(Duration::from_secs(60)).await
        }));
        if number == 1 {
            served.gate.wait_for(1).await;
        }
    }
    let queued = || actor_runtime::ActorHandle::stats(&served.local).queued;
    until(|| queued() == 2).await;
    calls
}

/// Waits until something holds that nobody tells.
pub(crate) async fn until(holds: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if holds() {
            return;
        }
        sleep(Duration::from_millis(1)).await;
    }
    panic!("it does not hold after ten seconds");
}

/// The call is repeated until there is room.
pub async fn a_full_mailbox_holds_callers_back(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let calls = fill(&served).await;
    let held_back = served.remote.clone();
    let held_back =
        tokio::spawn(async move { held_back.run(4).timeout(Duration::from_secs(60)).await });
    // It was refused at least once by now.
    sleep(Duration::from_millis(50)).await;
    assert!(!held_back.is_finished());
    served.gate.open.add_permits(3);
    for call in calls {
        call.await.expect("it runs").expect("it is answered");
    }
    held_back.await.expect("it runs").expect("it is answered");
    let ran = served.local.ran().await.expect("it runs");
    assert_eq!(ran.len(), 4, "{ran:?}");
}

/// Those who do not want to wait are told at once.
pub async fn try_call_says_that_it_is_full(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let calls = fill(&served).await;
    let error = served.remote.run(4).try_call().await.expect_err("it is full");
    assert_eq!(error.kind(), &Kind::Full);
    assert!(error.is_safe_to_retry());
    is_told(async |after| {
        let error = served.remote.count(4).timeout(after).next().await;
        error.expect("an error").expect_err("it is full")
    })
    .await;
    served.gate.open.add_permits(3);
    for call in calls {
        call.await.expect("it runs").expect("it is answered");
    }
}

/// Expects that one of ten calls is told that it is full, after it has waited. On a slow machine the last attempt may have
/// no answer in time.
async fn is_told(call: impl AsyncFn(Duration) -> RemoteError) {
    for _ in 0..10 {
        let (begun, after) = (Instant::now(), Duration::from_millis(300));
        let error = call(after).await;
        let elapsed = begun.elapsed();
        assert!(elapsed >= Duration::from_millis(100), "it gave up after {elapsed:?}");
        match error.kind() {
            Kind::Full => return,
            kind => assert_eq!(kind, &Kind::TimedOut { after, accepted: false }),
        }
    }
    panic!("ten calls had no answer in time");
}

/// It is full until the time is over: nothing was done.
pub async fn full_until_the_deadline(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let calls = fill(&served).await;
    is_told(async |after| served.remote.run(4).timeout(after).await.expect_err("it is full")).await;
    served.gate.open.add_permits(3);
    for call in calls {
        call.await.expect("it runs").expect("it is answered");
    }
    assert!(!served.local.ran().await.expect("it runs").contains(&4));
}

/// A caller gives up while its message waits: the handler is skipped.
pub async fn a_dropped_call_does_not_begin(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let calls = fill(&served).await;
    calls[2].abort();
    until(|| served.there.stats().serving == 2).await;
    served.gate.open.add_permits(3);
    until(|| served.there.stats().serving == 0).await;
    let ran = served.local.ran().await.expect("it runs");
    assert_eq!(ran.len(), 2, "{ran:?}");
}

/// A caller gives up while a marked body waits: the body is dropped.
pub async fn a_dropped_call_ends_a_marked_body(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let remote = served.remote.clone();
    let call =
        tokio::spawn(async move { remote.wait_marked().timeout(Duration::from_secs(60)).await });
    served.gate.wait_for(1).await;
    call.abort();
    served.gate.dropped.notified().await;
    served.remote.run(1).await.expect("the actor goes on");
}

/// A thousand callers give up, at any moment: nothing of them is left on either side.
pub async fn a_thousand_dropped_calls_leave_nothing(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    for number in 0..1000 {
        let remote = served.remote.clone();
        let call = tokio::spawn(async move { remote.later().await });
        for _ in 0..number % 7 {
            tokio::task::yield_now().await;
        }
        call.abort();
    }
    until(|| served.here.stats().waiting == 0 && served.there.stats().serving == 0).await;
    assert_eq!(served.remote.later().await, Ok(7));
}

/// The answer of a handler that takes unread answers back.
pub async fn an_unread_answer_comes_back(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    served.local.set_tickets((0..100).collect()).await.expect("it runs");
    assert_eq!(served.remote.take().await, Ok(Some(99)));
    let mut taken = vec![99];
    for number in 0..200_u32 {
        let remote = served.remote.clone();
        let call = tokio::spawn(async move { remote.take().await });
        for _ in 0..number % 11 {
            tokio::task::yield_now().await;
        }
        call.abort();
        if let Ok(ticket) = call.await {
            taken.extend(ticket.expect("it is answered"));
        }
    }
    until(|| served.there.stats().serving == 0).await;
    let mut all = served.local.tickets().await.expect("it runs");
    all.extend(taken);
    all.sort_unstable();
    assert_eq!(
        all,
        (0..100).collect::<Vec<_>>(),
        "each ticket is with somebody, and with one only"
    );
}
