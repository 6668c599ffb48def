//! A callback that asks whether its work is still wanted.

use std::{sync::mpsc, time::Duration};

use actor_runtime::{
    ActorHandle, Answer, CallErrorKind, Context, ExitReason, Replies, Reply, ReplyStream, Watch,
    actor, spawn, spawn_thread,
};
use tokio_test::task::Spawn;

use crate::support::{now, outcome, pending, rig, still_pending};

/// Its messages are taken by most tests, with their replies.
struct Desk(mpsc::Sender<Watch>);

#[actor]
impl Desk {
    /// Does not answer.
    pub(crate) fn ask(&self, caller: Reply<u32>) {
        drop(caller);
    }

    /// Streams nothing.
    pub(crate) fn list(&self, values: Replies<u32>) {
        drop(values);
    }

    /// Works until its caller is gone, as a library with callbacks does.
    pub(crate) fn work(&self, caller: Reply<u32>) {
        let watch = caller.watch();
        while !watch.is_closed() {
            std::thread::yield_now();
        }
    }

    /// Works until the actor is aborted.
    pub(crate) fn labour(&self, context: &Context<Self>) {
        let watch = context.watch();
        self.0.send(watch.clone()).unwrap();
        while !watch.is_closed() {
            std::thread::yield_now();
        }
    }

    /// Returns its watch, for a call that ends the actor.
    pub(crate) fn watch(&self, context: &Context<Self>) -> Watch {
        context.watch()
    }

    /// Answers at once. Its answer returns if it is not read.
    #[cancel_safe(undelivered = taken_back)]
    pub(crate) fn marked(&mut self, caller: Reply<u32>) {
        self.0.send(caller.watch()).unwrap();
        caller.send(1);
    }

    fn taken_back(&mut self, answer: u32) {
        assert_eq!(answer, 1);
    }
}

fn desk() -> (Desk, mpsc::Receiver<Watch>) {
    let (sender, watches) = mpsc::channel();
    (Desk(sender), watches)
}

/// A call that waits, and its reply.
fn asked() -> (Spawn<Answer<u32>>, Reply<u32>) {
    let (desk, mut messages) = DeskHandle::mock();
    let call = pending(desk.ask().try_call().unwrap());
    match messages.try_recv() {
        Some(DeskMessage::Ask { reply }) => (call, reply),
        other => panic!("{other:?}"),
    }
}

fn listed() -> (Replies<u32>, ReplyStream<u32>) {
    let (desk, mut messages) = DeskHandle::mock();
    let stream = now(desk.list().buffer(1).sent()).unwrap();
    match messages.try_recv() {
        Some(DeskMessage::List { reply }) => (reply, stream),
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_closes_when_the_caller_is_dropped() {
    let (call, reply) = asked();
    let [one, two] = [reply.watch(), reply.watch()];
    assert!(!one.is_closed() && !two.clone().is_closed());
    drop(call);
    assert!(one.is_closed() && two.is_closed() && reply.watch().is_closed());
    drop(reply);
    assert!(one.is_closed());
}

#[test]
fn it_closes_with_the_answer_and_changes_nothing_for_the_caller() {
    let (mut call, reply) = asked();
    let watch = reply.watch();
    still_pending(&mut call);
    assert!(!watch.is_closed());
    reply.send(7);
    assert!(watch.is_closed());
    assert_eq!(outcome(&mut call), "answered 7");
    // A reply that is dropped completes the call, too.
    let (mut call, reply) = asked();
    let watch = reply.watch();
    drop(reply);
    assert!(watch.is_closed());
    assert_eq!(outcome(&mut call), "`Desk::ask` dropped its reply without answering");
}

#[test]
fn a_future_may_wait_for_the_same() {
    let (call, mut reply) = asked();
    let before = reply.watch();
    drop(pending(reply.gone()));
    let after = reply.watch();
    drop(call);
    assert!(before.is_closed() && after.is_closed());
    now(reply.gone());
}

#[test]
fn that_of_a_cast_is_closed() {
    let (desk, mut messages) = DeskHandle::mock();
    desk.ask().try_cast().unwrap();
    let Some(DeskMessage::Ask { reply }) = messages.try_recv() else { panic!("no message") };
    assert!(reply.watch().is_closed());
}

#[test]
fn that_of_a_stream_closes_with_its_reader_and_at_its_end() {
    let (mut values, stream) = listed();
    let watch = values.watch();
    values.try_send(1).unwrap();
    assert!(!watch.is_closed());
    drop(stream);
    assert!(watch.is_closed() && values.watch().is_closed());
    let (values, mut stream) = listed();
    let watch = values.watch();
    drop(values);
    assert!(watch.is_closed());
    assert_eq!(now(stream.next()), None);
}

#[test]
fn that_of_a_marked_handler_closes_and_its_answer_returns() {
    let (desk, watches) = desk();
    let (desk, mut actor) = rig(desk);
    let call = pending(desk.marked().try_call().unwrap());
    actor.turn();
    assert!(watches.recv().unwrap().is_closed());
    drop(call);
    actor.turn();
    assert_eq!(outcome(&mut pending_marked(&desk, &mut actor)), "answered 1");
}

fn pending_marked(desk: &DeskHandle, actor: &mut crate::support::Rig<Desk>) -> Spawn<Answer<u32>> {
    let call = pending(desk.marked().try_call().unwrap());
    actor.turn();
    call
}

#[test]
fn a_handler_that_blocks_ends_when_the_time_of_its_caller_is_over() {
    let (desk, _watches) = desk();
    let desk = spawn_thread(move || desk).unwrap();
    let late = desk.work().timeout(Duration::from_millis(1)).blocking().unwrap_err();
    assert!(matches!(late.kind(), CallErrorKind::TimedOut { .. }), "{late}");
    // The actor handles the next message, which closes when it is dropped.
    drop(desk.work().try_call().unwrap());
    assert_eq!(desk.shutdown().blocking(), ExitReason::Shutdown);
}

#[test]
fn a_handler_that_blocks_ends_when_its_actor_is_aborted() {
    let (desk, watches) = desk();
    let desk = spawn_thread(move || desk).unwrap();
    let labour = desk.labour().try_call().unwrap();
    let watch = watches.recv().unwrap();
    assert!(!watch.is_closed());
    desk.abort();
    assert!(watch.is_closed());
    assert_eq!(desk.exited().blocking(), ExitReason::Aborted);
    drop(labour);
}

#[tokio::test]
async fn a_shutdown_does_not_close_that_of_the_actor() {
    let (desk, _watches) = desk();
    let desk = spawn(desk);
    let watch = desk.watch().await.unwrap();
    desk.shutdown().await;
    assert!(!watch.is_closed());
}
