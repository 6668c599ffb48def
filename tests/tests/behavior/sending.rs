//! Every way of sending, with every outcome.
//!
//! A case prepares an actor, sends one message in some of the ways, lets something happen, and
//! compares the sender's outcome as text. Ways that block run on a thread of their own.

mod ways;

use std::time::Duration;

use actor_runtime::{ActorHandle, CallErrorKind};

use self::ways::{Case, EVERY, NEVER_WAIT, WAIT_FOR_ROOM, WANT_AN_ANSWER, WANT_NONE, Way, What};
use crate::support::{AN_HOUR, Log, Probe, now, outcome, pending, ready, rig, still_pending};

#[tokio::test(start_paused = true)]
async fn answered() {
    for &way in EVERY {
        let mut case = Case::new();
        let sent = case.send(way, What::Note(7));
        case.actor.turn();
        let told = if way.wants_an_answer() { "answered 7" } else { "accepted" };
        assert_eq!(sent.told(), told, "{way:?}");
        assert_eq!(case.log.take(), ["note 7"], "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn full() {
    for &way in NEVER_WAIT {
        let mut case = Case::full();
        let sent = case.send(way, What::Note(7));
        let told = match way {
            Way::CastNow => "accepted",
            _ => "`Probe::note` was not accepted: the mailbox is full; note 7 came back",
        };
        assert_eq!(sent.told(), told, "{way:?}");
    }
    for &way in WAIT_FOR_ROOM {
        let mut case = Case::full();
        let sent = case.send(way, What::Note(7));
        assert_eq!(case.probe.stats().waiting, 1, "{way:?}");
        case.actor.turn();
        let told = if way.wants_an_answer() { "answered 7" } else { "accepted" };
        assert_eq!(sent.told(), told, "{way:?}");
        assert_eq!(case.log.take(), ["note 1", "note 2", "note 7"], "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn closed_before() {
    for &way in EVERY {
        let mut case = Case::new();
        case.probe.close();
        case.actor.exit();
        let sent = case.send(way, What::Note(7));
        assert_eq!(sent.told(), not_accepted(way), "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn closed_while_waiting_for_room() {
    for &way in WAIT_FOR_ROOM {
        let mut case = Case::full();
        let sent = case.send(way, What::Note(7));
        case.probe.close();
        assert_eq!(sent.told(), not_accepted(way), "{way:?}");
        case.actor.exit();
        assert_eq!(case.log.take(), ["note 1", "note 2"], "{way:?}");
        assert_eq!(case.probe.stats().waiting, 0, "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn aborted_while_waiting_for_room() {
    for &way in WAIT_FOR_ROOM {
        let mut case = Case::full();
        let sent = case.send(way, What::Note(7));
        case.probe.abort();
        case.actor.exit();
        assert_eq!(sent.told(), not_accepted(way), "{way:?}");
    }
}

/// The outcome if a stopped actor did not accept the message. It is handed back, except by the ways
/// that consume the call.
fn not_accepted(way: Way) -> &'static str {
    match way {
        Way::Await => "`Probe::note` was not accepted: the actor has stopped; note 7 came back",
        Way::Timeout | Way::Blocking => "`Probe::note` was not accepted: the actor has stopped",
        _ => "`Probe::note` was not accepted: the actor has stopped; note 7 came back",
    }
}

#[tokio::test(start_paused = true)]
async fn stopped_while_queued() {
    for &way in EVERY {
        let mut case = Case::new();
        let sent = case.send(way, What::Note(7));
        case.probe.abort();
        case.actor.exit();
        let told = match way.wants_an_answer() {
            true => "the actor stopped before it answered `Probe::note`",
            false => "accepted",
        };
        assert_eq!(sent.told(), told, "{way:?}");
        assert_eq!(case.log.take(), [""; 0], "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn panicked() {
    for &way in EVERY {
        let mut case = Case::new();
        let sent = case.send(way, What::Fail);
        case.actor.exit();
        let told = match way.wants_an_answer() {
            true => "`Probe::fail` panicked: on purpose",
            false => "accepted",
        };
        assert_eq!(sent.told(), told, "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn unanswered() {
    for &way in EVERY {
        let mut case = Case::new();
        let sent = case.send(way, What::Forget);
        case.actor.turn();
        let told = match way.wants_an_answer() {
            true => "`Probe::forget` dropped its reply without answering",
            false => "accepted",
        };
        assert_eq!(sent.told(), told, "{way:?}");
        assert!(case.actor.runs());
    }
}

#[tokio::test(start_paused = true)]
async fn answered_later() {
    for &way in WANT_AN_ANSWER {
        let mut case = Case::new();
        let sent = case.send(way, What::Keep);
        case.actor.turn();
        case.probe.answer_kept(9).try_cast().unwrap();
        case.actor.turn();
        assert_eq!(sent.told(), "answered 9", "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn to_an_actor_that_was_dropped_before_it_started() {
    for &way in WANT_NONE {
        let mut case = Case::new();
        case.actor.drop_loop();
        assert_eq!(case.send(way, What::Note(7)).told(), not_accepted(way), "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn timed_out_before_it_was_accepted() {
    let mut case = Case::full();
    let mut call = pending(case.probe.note(7).timeout(AN_HOUR));
    tokio::time::advance(AN_HOUR).await;
    let error = ready(&mut call).unwrap_err();
    assert!(matches!(
        error.kind(),
        CallErrorKind::TimedOut { accepted: false, after: AN_HOUR, .. }
    ));
    assert!(error.is_safe_to_retry());
    case.actor.turn();
    assert_eq!(case.log.take(), ["note 1", "note 2"]);
}

#[tokio::test(start_paused = true)]
async fn timed_out_after_it_was_accepted() {
    let mut case = Case::new();
    let mut call = pending(case.probe.keep().timeout(AN_HOUR));
    case.actor.turn();
    tokio::time::advance(AN_HOUR - Duration::from_millis(1)).await;
    still_pending(&mut call);
    tokio::time::advance(Duration::from_millis(1)).await;
    let error = ready(&mut call).unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::TimedOut { accepted: true, .. }));
    assert!(!error.is_safe_to_retry());
}

#[tokio::test(start_paused = true)]
async fn timed_out_after_it_was_answered() {
    let mut case = Case::full();
    let mut call = pending(case.probe.note(7).timeout(AN_HOUR));
    // The mailbox accepts it, and the handler runs, before its sender is polled.
    case.actor.turn();
    tokio::time::advance(AN_HOUR).await;
    assert_eq!(outcome(&mut call), "answered 7", "an answer that is there is better than none");
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_time_out() {
    let case = Case::new();
    let answer = case.probe.note(7).try_call().unwrap();
    assert_eq!(answer.method().to_string(), "Probe::note");
    let mut answer = pending(answer.timeout(AN_HOUR));
    tokio::time::advance(AN_HOUR).await;
    assert_eq!(outcome(&mut answer), "`Probe::note` did not answer within 3600s");
}

#[test]
#[should_panic(expected = "runtime")]
fn awaiting_a_timeout_without_a_runtime_panics() {
    let case = Case::new();
    let _ = now(case.probe.note(1).timeout(AN_HOUR));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_zero_sends_and_gives_up() {
    let mut case = Case::new();
    let error = now(case.probe.note(7).timeout(Duration::ZERO)).unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::TimedOut { accepted: true, .. }));
    case.actor.turn();
    assert_eq!(case.log.take(), [""; 0]);
}

#[test]
fn an_answer_can_be_taken_without_waiting() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let mut answer = probe.note(7).try_call().unwrap();
    assert_eq!(answer.try_take(), None);
    actor.turn();
    assert_eq!(answer.try_take(), Some(Ok(7)));
    assert_eq!(answer.try_take(), None);
    let mut failed = probe.fail("oh").try_call().unwrap();
    actor.turn();
    assert_eq!(failed.try_take().unwrap().unwrap_err().to_string(), "`Probe::fail` panicked: oh");
}

#[tokio::test]
async fn an_answer_can_be_moved_into_a_task() {
    let probe = actor_runtime::spawn(Probe::new(&Log::default()));
    let answer = probe.note(7).sent().await.unwrap();
    let task = tokio::spawn(answer);
    assert_eq!(task.await.unwrap(), Ok(7));
}

#[test]
fn a_call_hands_its_message_back_until_it_is_accepted() {
    let mut case = Case::full();
    let unsent = case.probe.note(3);
    assert_eq!(ways::back(unsent.into_message()), "note 3 came back");
    let mut waiting = pending(case.probe.note(4));
    still_pending(&mut waiting);
    assert_eq!(ways::back(waiting.into_inner().into_message()), "note 4 came back");
    let mut accepted = pending(case.probe.note(5));
    case.actor.turn();
    assert!(accepted.is_woken());
    still_have_nothing(accepted.into_inner().into_message().is_none());
    accepted = pending(case.probe.note(6));
    still_have_nothing(accepted.into_inner().into_message().is_none());
    case.actor.turn();
    assert_eq!(case.log.take(), ["note 1", "note 2", "note 5"]);
}

#[track_caller]
fn still_have_nothing(is_nothing: bool) {
    assert!(is_nothing, "a message that was accepted cannot come back");
}

#[test]
#[should_panic(expected = "the call was already polled")]
fn a_call_that_was_polled_cannot_be_cast() {
    let case = Case::new();
    let call = pending(case.probe.note(1)).into_inner();
    drop(call.cast());
}

#[test]
fn an_unused_call_sends_nothing() {
    let case = Case::new();
    drop(case.probe.note(1));
    drop(case.probe.note(1).cast());
    drop(case.probe.note(1).sent());
    assert_eq!(case.probe.mailbox_len(), 0);
}
