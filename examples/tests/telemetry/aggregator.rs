//! The actor, through its handle: what callers get, when they wait, and what comes back.

use std::time::Duration;

use actor_examples::telemetry::{Aggregator, AggregatorHandle, AggregatorMessage, Limits};
use actor_runtime::{ActorHandle, Builder, Capacity, TrySendError, pair, spawn};

use super::{emergency, routine, sequences};

fn limits(frames: usize) -> Limits {
    Limits { frames, satellites: 4 }
}

async fn sequences_of(aggregator: &AggregatorHandle, max: usize) -> Vec<u64> {
    sequences(&aggregator.drain(max).await.unwrap().take())
}

#[tokio::test]
async fn depth_drain_and_stats_while_it_runs() {
    let aggregator = spawn(Aggregator::new(limits(3)));
    let _claim = aggregator.claim(1).await.unwrap().unwrap();
    for sequence in 0..5 {
        aggregator.push(routine(1, sequence)).cast().await.unwrap();
    }
    assert_eq!(aggregator.depth().await, Ok(3));
    assert_eq!(sequences_of(&aggregator, 2).await, [2, 3]);
    let stats = aggregator.stats().await.unwrap();
    assert_eq!((stats.accepted, stats.dropped_oldest, stats.drained), (5, 2, 2));
    assert_eq!((stats.depth, stats.satellites, stats.bytes), (1, 1, 8));
}

/// The actor is not polled, so the mailbox is full exactly when it should be.
#[tokio::test]
async fn a_full_mailbox_gives_the_frame_back() {
    let builder = Builder::new().mailbox(Capacity::bounded(2));
    let (aggregator, _never_polled) = builder.pair(Aggregator::new(limits(3)));
    aggregator.push(routine(1, 0)).try_cast().unwrap();
    aggregator.push(routine(1, 1)).try_cast().unwrap();
    match aggregator.push(routine(1, 2)).try_cast() {
        Err(TrySendError::Full(unsent)) => {
            let AggregatorMessage::Push { frame, .. } = unsent.into_inner() else {
                panic!("a push")
            };
            assert_eq!(frame, routine(1, 2));
        }
        other => panic!("the frame does not come back: {other:?}"),
    }
    aggregator.close();
    assert!(matches!(aggregator.push(routine(1, 3)).try_cast(), Err(TrySendError::Closed(_))));
}

/// An emergency that waits for room is let in before any routine frame that comes after it.
#[tokio::test]
async fn an_emergency_that_waits_for_room_comes_first() {
    let builder = Builder::new().mailbox(Capacity::bounded(1));
    let (aggregator, run) = builder.pair(Aggregator::new(limits(9)));
    let claim = aggregator.claim(1).try_call().unwrap();
    let waiting = tokio::spawn({
        let aggregator = aggregator.clone();
        async move { aggregator.report(emergency(1, 1)).sent().await.unwrap().await }
    });
    while ActorHandle::stats(&aggregator).waiting < 1 {
        tokio::task::yield_now().await;
    }
    assert!(aggregator.push(routine(1, 2)).try_cast().is_err(), "it may not overtake");
    let run = tokio::spawn(run);
    let claim = claim.await.unwrap().unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(sequences_of(&aggregator, 9).await, [1]);
    drop((claim, aggregator));
    run.await.unwrap();
}

#[tokio::test]
async fn emergencies_wait_when_there_is_nothing_to_make_room() {
    let aggregator = spawn(Aggregator::new(limits(2)));
    let _claim = aggregator.claim(1).await.unwrap().unwrap();
    aggregator.report(emergency(1, 0)).await.unwrap();
    aggregator.report(emergency(1, 1)).await.unwrap();
    let mut held_back = aggregator.report(emergency(1, 2)).sent().await.unwrap();
    let stats = aggregator.stats().await.unwrap();
    assert_eq!((stats.depth, stats.held_back), (2, 1));
    assert!(held_back.try_take().is_none());

    assert_eq!(sequences_of(&aggregator, 1).await, [0]);
    held_back.await.unwrap();
    assert_eq!(sequences_of(&aggregator, 9).await, [1, 2]);
}

#[tokio::test]
async fn an_emergency_whose_caller_went_away_is_stored_all_the_same() {
    let (aggregator, run) = pair(Aggregator::new(limits(2)));
    let claim = aggregator.claim(1).try_call().unwrap();
    drop(aggregator.report(emergency(1, 0)).try_call().unwrap());
    let run = tokio::spawn(run);
    let _claim = claim.await.unwrap().unwrap();
    assert_eq!(aggregator.depth().await, Ok(1));
    assert_eq!(ActorHandle::stats(&aggregator).counts.skipped, 0);
    aggregator.shutdown().await;
    drop(run);
}

#[tokio::test]
async fn what_is_held_back_at_the_end_is_kept() {
    let (aggregator, run) = Builder::new().spawn_returning(Aggregator::new(limits(1)));
    let _claim = aggregator.claim(1).await.unwrap().unwrap();
    aggregator.report(emergency(1, 0)).await.unwrap();
    let held_back = aggregator.report(emergency(1, 1)).sent().await.unwrap();
    aggregator.close();
    held_back.await.unwrap();
    let aggregator = run.await.actor.unwrap();
    assert_eq!(aggregator.buffer().accounts()[&1].stored, 2);
}

/// The answer is there, and the caller gives up before it looks.
#[tokio::test]
async fn a_drain_that_nobody_takes_comes_back() {
    let aggregator = spawn(Aggregator::new(limits(9)));
    let _claim = aggregator.claim(1).await.unwrap().unwrap();
    for sequence in 0..3 {
        aggregator.push(routine(1, sequence)).cast().await.unwrap();
    }
    let unread = aggregator.drain(2).sent().await.unwrap();
    assert_eq!(aggregator.depth().await, Ok(1), "the drain has run");
    drop(unread);
    assert_eq!(aggregator.depth().await, Ok(3));
    assert_eq!(sequences_of(&aggregator, 9).await, [0, 1, 2]);
    assert_eq!(aggregator.stats().await.unwrap().drained, 3);
}

#[tokio::test]
async fn a_claim_that_nobody_takes_is_released() {
    let aggregator = spawn(Aggregator::new(limits(9)));
    let unread = aggregator.claim(1).sent().await.unwrap();
    assert_eq!(aggregator.depth().await, Ok(0), "the claim has run");
    assert!(aggregator.claim(1).await.unwrap().is_err());
    drop(unread);
    assert!(aggregator.claim(1).await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_question_has_a_deadline() {
    let (aggregator, _never_polled) = pair(Aggregator::new(limits(9)));
    let depth = aggregator.depth().timeout(Duration::from_millis(50)).await;
    assert_eq!(depth.unwrap_err().to_string(), "`Aggregator::depth` did not answer within 50ms");
}

/// Who forwards frames can be tested without an aggregator.
#[tokio::test]
async fn a_mock_shows_what_was_sent() {
    let (aggregator, mut messages) = AggregatorHandle::mock();
    aggregator.push(routine(1, 7)).cast().await.unwrap();
    let Some(AggregatorMessage::Push { frame, .. }) = messages.recv().await else {
        panic!("a frame was pushed");
    };
    assert_eq!(frame, routine(1, 7));
}
