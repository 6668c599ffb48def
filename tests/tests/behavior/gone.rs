//! A handler that waits for the end of its caller, for room in its stream, and ends a full stream.

use std::{
    future::pending as never,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Wake, Waker},
    time::Duration,
};

use actor_runtime::{
    ActorHandle, Answer, CallErrorKind, Replies, Reply, ReplyStream, TrySendError, actor,
    cancel_safe, cancel_safe::CancelSafe, select, spawn,
};
use tokio_test::task::{self, Spawn};

use crate::support::{AN_HOUR, now, outcome, pending, ready, rig, still_pending};

/// Its messages are taken by most tests, with their replies.
struct Desk;

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

/// A stream with this buffer, and what fills it.
fn listed(buffer: usize) -> (Replies<u32>, ReplyStream<u32>) {
    let (desk, mut messages) = DeskHandle::mock();
    let stream = now(desk.list().buffer(buffer).sent()).unwrap();
    match messages.try_recv() {
        Some(DeskMessage::List { reply }) => (reply, stream),
        other => panic!("{other:?}"),
    }
}

#[test]
fn dropping_them_ends_the_call_and_the_stream() {
    let (desk, mut actor) = rig(Desk);
    let mut call = pending(desk.ask());
    let mut stream = now(desk.list().sent()).unwrap();
    actor.turn();
    assert_eq!(outcome(&mut call), "`Desk::ask` dropped its reply without answering");
    assert_eq!(now(stream.next()), None);
}

#[test]
fn a_reply_learns_that_its_call_was_dropped() {
    let (call, mut reply) = asked();
    let mut gone = pending(reply.gone());
    still_pending(&mut gone);
    drop(call);
    ready(&mut gone);
    drop(gone);
    now(reply.gone());
    assert!(reply.is_closed());
}

#[test]
fn waiting_for_the_end_of_a_caller_changes_nothing_for_it() {
    let (call, mut reply) = asked();
    for _ in 0..3 {
        drop(pending(reply.gone()));
    }
    assert!(!reply.is_closed());
    let mut call = call;
    still_pending(&mut call);
    reply.send(7);
    assert_eq!(outcome(&mut call), "answered 7");
}

#[tokio::test(start_paused = true)]
async fn a_reply_learns_of_a_timeout() {
    let (desk, mut messages) = DeskHandle::mock();
    let call = tokio::spawn(async move { desk.ask().timeout(AN_HOUR).await });
    let Some(DeskMessage::Ask { mut reply }) = messages.recv().await else { panic!("no message") };
    reply.gone().await;
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::TimedOut { .. }), "{error}");
}

#[test]
fn a_cast_has_no_caller() {
    let (desk, mut messages) = DeskHandle::mock();
    desk.ask().try_cast().unwrap();
    let Some(DeskMessage::Ask { mut reply }) = messages.try_recv() else { panic!("no message") };
    now(reply.gone());
}

#[test]
fn an_answer_that_is_dropped_is_gone() {
    let (desk, mut messages) = DeskHandle::mock();
    let answer = desk.ask().try_call().unwrap();
    let Some(DeskMessage::Ask { mut reply }) = messages.try_recv() else { panic!("no message") };
    let mut gone = pending(reply.gone());
    drop(answer);
    ready(&mut gone);
}

#[test]
fn the_waker_that_waits_is_the_last_one() {
    struct Flag(AtomicBool);

    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    let (call, mut reply) = asked();
    let flags = [(); 2].map(|()| Arc::new(Flag(AtomicBool::new(false))));
    {
        let mut gone = std::pin::pin!(reply.gone());
        for flag in &flags {
            let waker = Waker::from(flag.clone());
            assert!(gone.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
    }
    drop(call);
    assert!(!flags[0].0.load(Ordering::SeqCst) && flags[1].0.load(Ordering::SeqCst));
}

/// Keeps the replies of calls and streams.
#[derive(Default)]
struct Keeper {
    reply: Option<Reply<u32>>,
    values: Option<Replies<u32>>,
    left: Vec<&'static str>,
    produced: u32,
}

/// Waits for the end of the caller, if there is one.
#[cancel_safe]
async fn caller_gone(reply: &mut Option<Reply<u32>>) {
    match reply {
        Some(reply) => reply.gone().await,
        None => never().await,
    }
}

/// Waits for room in the stream, if there is one.
#[cancel_safe]
async fn room(values: &mut Option<Replies<u32>>) {
    match values {
        Some(values) => values.room().await,
        None => never().await,
    }
}

#[actor]
impl Keeper {
    /// Is answered never.
    pub(crate) fn ask(&mut self, reply: Reply<u32>) {
        self.reply = Some(reply);
    }

    /// Streams numbers, as fast as they are read.
    pub(crate) fn list(&mut self, values: Replies<u32>) {
        self.values = Some(values);
    }

    /// Who has left.
    pub(crate) fn left(&self) -> Vec<&'static str> {
        self.left.clone()
    }

    /// How many numbers were produced.
    pub(crate) fn produced(&self) -> u32 {
        self.produced
    }

    #[on(caller_gone(&mut self.reply))]
    fn caller_left(&mut self, (): ()) {
        self.reply = None;
        self.left.push("caller");
    }

    #[on(room(&mut self.values))]
    fn produce(&mut self, (): ()) {
        match self.values.as_mut().map(|values| values.try_send(self.produced)) {
            Some(Ok(())) => self.produced += 1,
            Some(Err(TrySendError::Full(_))) => panic!("there was room"),
            Some(Err(_)) | None => {
                self.values = None;
                self.left.push("reader");
            }
        }
    }
}

#[test]
fn an_actor_waits_for_the_end_of_its_callers() {
    let (keeper, mut actor) = rig(Keeper::default());
    let call = pending(keeper.ask());
    actor.turn();
    drop(call);
    actor.turn();
    let mut left = pending(keeper.left());
    actor.turn();
    assert_eq!(ready(&mut left).unwrap(), ["caller"]);
}

#[test]
fn an_actor_produces_as_fast_as_it_is_read() {
    let (keeper, mut actor) = rig(Keeper::default());
    let mut stream = now(keeper.list().buffer(3).sent()).unwrap();
    for read in 0..5 {
        actor.turn();
        let mut produced = pending(keeper.produced());
        actor.turn();
        assert_eq!(ready(&mut produced).unwrap(), read + 3, "the buffer is full");
        assert_eq!(now(stream.next()), Some(Ok(read)));
    }
    drop(stream);
    let mut left = pending(keeper.left());
    actor.turn();
    assert_eq!(ready(&mut left).unwrap(), ["reader"]);
}

#[tokio::test]
async fn they_are_branches_of_select() {
    let keeper = spawn(Keeper::default());
    let (mut values, stream) = listed(1);
    let (call, mut reply) = asked();
    select! {
        () = values.room() => {}
        () = reply.gone() => panic!("it is awaited"),
    }
    drop((stream, call));
    select! {
        () = values.gone() => {}
        () = never() => {}
    }
    keeper.shutdown().await;
}

#[test]
fn they_are_named_by_a_trait_and_may_be_moved_to_a_task() {
    fn check(_: &(impl CancelSafe<Output = ()> + Send)) {}

    let (mut values, _stream) = listed(1);
    check(&values.gone());
    check(&values.room());
    let (_call, mut reply) = asked();
    check(&reply.gone());
}

#[test]
fn a_stream_learns_that_its_reader_was_dropped() {
    let (mut values, mut stream) = listed(1);
    drop(pending(values.gone()));
    values.try_send(1).unwrap();
    let mut gone = pending(values.gone());
    assert_eq!(now(stream.next()), Some(Ok(1)));
    still_pending(&mut gone);
    drop(stream);
    ready(&mut gone);
}

#[test]
fn room_is_found_when_a_value_is_read() {
    let (mut values, mut stream) = listed(1);
    now(values.room());
    now(values.room());
    values.try_send(1).unwrap();
    let mut room = pending(values.room());
    assert_eq!(now(stream.next()), Some(Ok(1)));
    ready(&mut room);
    drop(room);
    values.try_send(2).unwrap();
    assert!(matches!(values.try_send(3), Err(TrySendError::Full(_))));
}

#[test]
fn room_is_found_when_the_reader_leaves() {
    let (mut values, stream) = listed(1);
    values.try_send(1).unwrap();
    let mut room = pending(values.room());
    drop(stream);
    ready(&mut room);
    drop(room);
    assert!(matches!(values.try_send(2), Err(TrySendError::Closed(_))));
}

/// A reader that waits for the actor has lifted the bound of its stream, which then applies again.
#[tokio::test]
async fn room_that_was_found_is_there_although_the_reader_reads_again() {
    let (desk, mut messages) = DeskHandle::mock();
    let mut stream = desk.list().buffer(1).sent().await.unwrap();
    let Some(DeskMessage::List { reply: mut values }) = messages.recv().await else {
        panic!("no message")
    };
    values.try_send(0).unwrap();
    assert_eq!(stream.next().await, Some(Ok(0)));
    values.try_send(1).unwrap();
    values.room().await_lifted(&desk).await;
    assert_eq!(stream.next().await, Some(Ok(1)));
    values.try_send(2).unwrap();
}

trait AwaitLifted: Future<Output = ()> + Sized {
    /// Waits for room, which is found because this task waits for the actor of the stream.
    async fn await_lifted(self, desk: &DeskHandle) {
        let mut room = pending(self);
        drop(pending(desk.ask()));
        ready(&mut room);
    }
}

impl<F: Future<Output = ()>> AwaitLifted for F {}

#[test]
fn the_last_value_is_not_lost_in_a_full_stream() {
    for buffer in 1..4 {
        let (mut values, mut stream) = listed(buffer);
        for value in 0..u32::try_from(buffer).unwrap() {
            values.try_send(value).unwrap();
        }
        values.finish(100).unwrap();
        for value in 0..u32::try_from(buffer).unwrap() {
            assert_eq!(now(stream.next()), Some(Ok(value)));
        }
        assert_eq!(now(stream.next()), Some(Ok(100)));
        assert_eq!(now(stream.next()), None);
    }
}

#[test]
fn the_last_value_wakes_the_reader() {
    let (values, mut stream) = listed(1);
    let mut next = pending(stream.next());
    values.finish(1).unwrap();
    assert_eq!(ready(&mut next), Some(Ok(1)));
    drop(next);
    assert_eq!(now(stream.next()), None);
}

#[test]
fn the_last_value_comes_back_if_the_reader_is_gone() {
    let (values, stream) = listed(1);
    drop(stream);
    assert_eq!(values.finish(1), Err(1));
}

/// Sends a last value into a full stream, and then ends otherwise.
struct Breaking;

#[actor]
impl Breaking {
    /// Panics after the last value.
    pub(crate) fn panic(&self, mut values: Replies<Result<u32, &'static str>>) {
        while values.try_send(Ok(0)).is_ok() {}
        values.finish(Err("connection lost")).unwrap();
        panic!("after the end");
    }

    /// Waits after the last value.
    pub(crate) async fn hang(&self, mut values: Replies<Result<u32, &'static str>>) {
        while values.try_send(Ok(0)).is_ok() {}
        values.finish(Err("connection lost")).unwrap();
        never::<()>().await;
    }
}

#[test]
fn nothing_replaces_the_last_value() {
    for is_aborted in [false, true] {
        let (breaking, mut actor) = rig(Breaking);
        let mut stream = if is_aborted {
            now(breaking.hang().sent()).unwrap()
        } else {
            now(breaking.panic().sent()).unwrap()
        };
        actor.turn();
        if is_aborted {
            breaking.abort();
        }
        actor.exit();
        let mut values = Vec::new();
        while let Some(value) = now(stream.next()) {
            values.push(value.unwrap());
        }
        assert_eq!(values.len(), 17);
        assert_eq!(values.last(), Some(&Err("connection lost")));
    }
}

/// Gives up work whose caller is gone.
#[derive(Default)]
struct Worker {
    given_up: u32,
}

#[actor]
impl Worker {
    /// Works until the caller is gone.
    pub(crate) async fn work(&mut self, mut reply: Reply<u32>) {
        select! {
            () = reply.gone() => self.given_up += 1,
            () = tokio::time::sleep(AN_HOUR) => reply.send(1),
        }
    }

    /// How much was given up.
    pub(crate) fn given_up(&self) -> u32 {
        self.given_up
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_gives_up_when_its_caller_does() {
    let worker = spawn(Worker::default());
    let error = worker.work().timeout(Duration::from_secs(1)).await.unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::TimedOut { .. }), "{error}");
    let begun = tokio::time::Instant::now();
    assert_eq!(worker.given_up().await, Ok(1));
    assert_eq!(begun.elapsed(), Duration::ZERO, "the next call does not wait for work in vain");
    let mut call = task::spawn(worker.work());
    assert!(call.poll().is_pending());
    assert_eq!(call.await, Ok(1));
}
