//! Mocked handles: a caller's messages, with their types, without the actor.

use actor_runtime::{ActorHandle, Capacity, ExitReason, TrySendError};
use futures::StreamExt;

use crate::support::{ProbeHandle, ProbeMessage, now, outcome, pending, ready, said};

#[test]
fn a_test_receives_messages_in_order_and_replies_to_them() {
    let (probe, mut messages) = ProbeHandle::mock();
    let mut one = pending(probe.note(1));
    probe.fail("text").try_cast().unwrap();
    match now(messages.recv()) {
        Some(ProbeMessage::Note { number: 1, reply }) => reply.send(41),
        other => panic!("{other:?}"),
    }
    match messages.try_recv() {
        Some(ProbeMessage::Fail { text, reply }) => {
            assert_eq!(text, "text");
            assert!(reply.is_closed(), "it was cast");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(outcome(&mut one), "answered 41");
    assert!(messages.try_recv().is_none());
}

#[test]
fn a_dropped_reply_is_unanswered() {
    let (probe, mut messages) = ProbeHandle::mock();
    let mut call = pending(probe.note(1));
    drop(messages.try_recv());
    assert_eq!(outcome(&mut call), "`Probe::note` dropped its reply without answering");
}

#[test]
fn an_abandoned_message_is_not_received() {
    let (probe, mut messages) = ProbeHandle::mock();
    drop(pending(probe.note(1)));
    probe.note(2).try_cast().unwrap();
    assert!(matches!(messages.try_recv(), Some(ProbeMessage::Note { number: 2, .. })));
}

#[test]
fn recv_is_woken_by_a_message() {
    let (probe, mut messages) = ProbeHandle::mock();
    let mut next = pending(messages.recv());
    probe.note(1).try_cast().unwrap();
    assert!(ready(&mut next).is_some());
}

#[test]
fn messages_end_with_the_last_handle() {
    let (probe, messages) = ProbeHandle::mock();
    let mut messages = messages;
    probe.note(1).try_cast().unwrap();
    drop(probe);
    assert!(now(messages.next()).is_some());
    assert!(now(messages.next()).is_none());
    assert!(now(messages.recv()).is_none());
}

#[test]
fn try_recv_and_recv_both_see_the_end() {
    let (probe, mut messages) = ProbeHandle::mock();
    let mut exited = pending(probe.exited());
    probe.close();
    assert!(messages.try_recv().is_none());
    assert_eq!(ready(&mut exited), ExitReason::Shutdown);
    assert!(now(messages.recv()).is_none(), "there is nothing to wait for");
}

#[test]
fn shutting_down_a_mock_completes_once_its_messages_are_taken() {
    let (probe, mut messages) = ProbeHandle::mock();
    probe.note(1).try_cast().unwrap();
    let mut shutdown = pending(probe.shutdown());
    assert!(now(messages.recv()).is_some());
    assert!(now(messages.recv()).is_none());
    assert_eq!(ready(&mut shutdown), ExitReason::Shutdown);
}

#[test]
fn a_dropped_mock_has_stopped() {
    let (probe, messages) = ProbeHandle::mock();
    let mut queued = pending(probe.note(1));
    drop(messages);
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Probe::note`");
    assert_eq!(said(now(probe.note(2))), "`Probe::note` was not accepted: the actor has stopped");
    assert_eq!(now(probe.shutdown()), ExitReason::Aborted);
}

#[test]
fn a_mock_has_the_given_capacity() {
    let (probe, _messages) = ProbeHandle::mock();
    assert_eq!(probe.mailbox_capacity(), Capacity::DEFAULT);
    let (probe, mut messages) = ProbeHandle::mock_with(Capacity::bounded(1));
    probe.note(1).try_cast().unwrap();
    assert!(matches!(probe.note(2).try_cast(), Err(TrySendError::Full(_))));
    let mut waiting = pending(probe.note(3).cast());
    assert!(messages.try_recv().is_some());
    ready(&mut waiting).unwrap();
}
