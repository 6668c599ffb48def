//! Streamed replies: order, backpressure, and every way to end a stream.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use actor_runtime::{
    ActorHandle, CallError, CallErrorKind, Context, Replies, ReplyStream, TrySendError, actor,
};
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio_test::task;

use crate::support::{Gate, Log, LogsDrop, now, pending, ready, rig, said};

/// Streams numbers.
struct Source {
    log: Log,
    made: Arc<AtomicU32>,
    kept: Option<Replies<u32>>,
}

#[actor(mailbox = 1)]
impl Source {
    fn new() -> Self {
        Self { log: Log::default(), made: Arc::default(), kept: None }
    }

    /// Counts up to `end`, as fast as the numbers are read.
    pub(crate) async fn count(&self, end: u32, mut numbers: Replies<u32>) {
        let _local = LogsDrop::from(&self.log);
        for number in 0..end {
            self.made.store(number + 1, Ordering::SeqCst);
            if let Err(unsent) = numbers.send(number).await {
                self.log.add(format!("unread {unsent}"));
                return;
            }
        }
        self.log.add("counted");
    }

    /// Sends one number, waits, and panics.
    pub(crate) async fn fail(&self, gate: Gate, mut numbers: Replies<u32>) {
        numbers.send(0).await.unwrap();
        gate.passed().await;
        panic!("in the middle");
    }

    /// Sends until the buffer is full.
    pub(crate) fn burst(&self, mut numbers: Replies<u32>) {
        for number in 0.. {
            match numbers.try_send(number) {
                Ok(()) => {}
                Err(TrySendError::Full(unsent)) => {
                    assert!(format!("{unsent:?}").ends_with("::burst"));
                    return self.log.add(format!("full at {}", unsent.into_inner()));
                }
                Err(error @ (TrySendError::Closed(_) | TrySendError::LeaseEnded(_))) => {
                    return self.log.add(format!("closed at {}", error.into_inner()));
                }
            }
        }
    }

    /// Keeps the stream after the handler.
    pub(crate) fn keep(&mut self, numbers: Replies<u32>) {
        self.kept = Some(numbers);
    }

    /// Sends one number into the kept stream, or ends it.
    pub(crate) fn feed(&mut self, number: Option<u32>) {
        match (number, &mut self.kept) {
            (Some(number), Some(kept)) => kept.try_send(number).unwrap(),
            _ => self.kept = None,
        }
    }

    /// Moves the stream into a task that panics.
    pub(crate) fn delegate(&self, numbers: Replies<u32>) {
        tokio::spawn(async move {
            let _numbers = numbers;
            panic!("in the task");
        });
    }

    /// Sends one number, as the final handler.
    pub(crate) async fn finish(self, mut numbers: Replies<u32>) {
        numbers.send(1).await.unwrap();
    }

    /// Reads a stream of its own actor.
    pub(crate) async fn read_oneself(&self, context: &Context<Self>) -> String {
        let this = context.handle().upgrade().unwrap();
        let mut numbers = this.count(1);
        let first = numbers.next().await;
        let told = said(first.unwrap());
        assert!(numbers.next().await.is_none());
        told
    }
}

impl From<&Log> for LogsDrop {
    fn from(log: &Log) -> Self {
        log.on_drop("handler gone")
    }
}

fn source() -> (SourceHandle, crate::support::Rig<Source>, Log, Arc<AtomicU32>) {
    let source = Source::new();
    let (log, made) = (source.log.clone(), source.made.clone());
    let (handle, actor) = rig(source);
    (handle, actor, log, made)
}

/// The next item, if there is one now.
fn next<T>(stream: &mut ReplyStream<T>) -> Option<Option<Result<T, CallError>>> {
    match task::spawn(stream.next()).poll() {
        std::task::Poll::Ready(item) => Some(item),
        std::task::Poll::Pending => None,
    }
}

#[test]
fn values_come_in_order_followed_by_the_end() {
    let (source, mut actor, log, _) = source();
    let mut stream = now(source.count(40).sent()).unwrap();
    let mut numbers = Vec::new();
    loop {
        match next(&mut stream) {
            Some(Some(number)) => numbers.push(number.unwrap()),
            Some(None) => break,
            None => actor.turn(),
        }
    }
    assert_eq!(numbers, (0..40).collect::<Vec<_>>());
    assert_eq!(log.take(), ["counted", "handler gone"]);
    assert!(next(&mut stream).unwrap().is_none(), "the end stays the end");
}

#[test]
fn a_handler_is_never_more_than_the_buffer_ahead() {
    for buffer in [1, 2, 16] {
        let (source, mut actor, _, made) = source();
        let call = source.count(100);
        let mut stream = now(call.buffer(buffer).sent()).unwrap();
        for read in 0..60 {
            actor.turn();
            // The values in the buffer, and the one that the handler is sending.
            let ahead = made.load(Ordering::SeqCst) - read;
            assert_eq!(ahead as usize, buffer + 1, "after {read}");
            assert_eq!(next(&mut stream), Some(Some(Ok(read))));
        }
    }
}

#[test]
fn a_buffer_of_zero_holds_one() {
    let (source, mut actor, log, _) = source();
    let stream = now(source.burst().buffer(0).sent()).unwrap();
    actor.turn();
    assert_eq!(log.take(), ["full at 1"]);
    drop(stream);
}

#[test]
fn the_default_buffer_holds_sixteen() {
    let (source, mut actor, log, _) = source();
    let stream = now(source.burst().sent()).unwrap();
    actor.turn();
    assert_eq!(log.take(), ["full at 16"]);
    assert_eq!(now(stream.map(Result::unwrap).collect::<Vec<_>>()).len(), 16);
}

#[test]
fn a_value_wakes_the_reader_and_reading_wakes_the_handler() {
    let (source, mut actor, log, _) = source();
    let mut stream = source.count(3).buffer(1);
    let mut first = pending(stream.next());
    actor.turn();
    assert_eq!(ready(&mut first), Some(Ok(0)));
    drop(first);
    assert_eq!(log.take(), [""; 0]);
    for number in 1..3 {
        // The loop only continues because it was woken.
        actor.turn();
        assert_eq!(now(stream.next()), Some(Ok(number)));
    }
    assert_eq!(log.take(), ["counted", "handler gone"]);
    assert_eq!(now(stream.next()), None);
}

#[test]
fn a_handler_learns_that_its_reader_is_gone() {
    let (source, mut actor, log, _) = source();
    let mut stream = now(source.count(10).buffer(1).sent()).unwrap();
    actor.turn();
    assert_eq!(next(&mut stream), Some(Some(Ok(0))));
    drop(stream);
    actor.turn();
    assert_eq!(log.take(), ["unread 1", "handler gone"]);
    assert!(actor.runs());
}

#[test]
fn a_panic_comes_after_the_values_that_were_sent() {
    let (source, mut actor, ..) = source();
    let gate = Gate::default();
    let mut stream = now(source.fail(gate.clone()).sent()).unwrap();
    actor.turn();
    gate.open();
    assert_eq!(actor.reason(), "`Source::fail` panicked: in the middle");
    assert_eq!(next(&mut stream), Some(Some(Ok(0))));
    let error = next(&mut stream).unwrap().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "`Source::fail` panicked: in the middle");
    assert!(next(&mut stream).unwrap().is_none(), "one error, and then the end");
}

#[test]
fn an_abort_comes_after_the_values_that_were_sent() {
    let (source, mut actor, log, _) = source();
    let mut stream = now(source.count(10).buffer(1).sent()).unwrap();
    actor.turn();
    source.abort();
    assert_eq!(actor.reason(), "aborted");
    assert_eq!(log.take(), ["handler gone"]);
    assert_eq!(next(&mut stream), Some(Some(Ok(0))));
    let error = next(&mut stream).unwrap().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the actor stopped before it answered `Source::count`");
    assert!(next(&mut stream).unwrap().is_none());
}

#[test]
fn a_shutdown_lets_the_stream_end() {
    let (source, mut actor, log, _) = source();
    let mut stream = now(source.count(3).buffer(1).sent()).unwrap();
    actor.turn();
    source.close();
    let mut numbers = Vec::new();
    while let Some(item) = next(&mut stream) {
        match item {
            Some(number) => numbers.push(number.unwrap()),
            None => break,
        }
        actor.turn();
    }
    assert_eq!(numbers, [0, 1, 2]);
    assert_eq!(log.take(), ["counted", "handler gone"]);
    assert_eq!(actor.reason(), "shut down");
}

#[test]
fn a_queued_stream_ends_with_an_error_if_the_actor_stops() {
    let (source, mut actor, ..) = source();
    let mut sent = now(source.count(3).sent()).unwrap();
    let mut waiting = source.count(4);
    let mut first = pending(waiting.next());
    source.abort();
    actor.exit();
    let stopped = "the actor stopped before it answered `Source::count`";
    assert_eq!(next(&mut sent).unwrap().unwrap().unwrap_err().to_string(), stopped);
    let refused = ready(&mut first).unwrap().unwrap_err();
    drop(first);
    assert_eq!(refused.to_string(), "`Source::count` was not accepted: the actor has stopped");
    assert_eq!(now(waiting.next()), None);
    let mut late = source.count(5);
    assert!(matches!(
        now(late.next()).map(|value| value.map_err(CallError::into_kind)),
        Some(Err(CallErrorKind::Closed))
    ));
    assert_eq!(now(late.next()), None);
    let refused = now(source.count(6).sent()).unwrap_err();
    assert!(matches!(refused.into_inner(), SourceMessage::Count { end: 6, .. }));
}

#[test]
fn a_stream_call_dropped_in_the_mailbox_does_not_run() {
    let (source, mut actor, log, made) = source();
    drop(now(source.count(3).sent()).unwrap());
    actor.turn();
    let mut call = source.count(3);
    drop(pending(call.next()));
    drop(call);
    actor.turn();
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(made.load(Ordering::SeqCst), 0);
    assert_eq!(source.stats().counts.skipped, 2);
}

#[test]
fn a_stream_call_that_is_not_polled_sends_nothing() {
    let (source, ..) = source();
    drop(source.count(3));
    assert_eq!(source.mailbox_len(), 0);
}

#[test]
fn the_stream_of_a_final_handler_ends_normally_and_other_streams_with_an_error() {
    let (source, mut actor, ..) = source();
    let mut kept = now(source.keep().sent()).unwrap();
    actor.turn();
    let mut last = now(source.finish().sent()).unwrap();
    assert_eq!(actor.reason(), "finished by `Source::finish`");
    assert_eq!(next(&mut last), Some(Some(Ok(1))));
    assert_eq!(next(&mut last), Some(None));
    let error = next(&mut kept).unwrap().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the actor stopped before it answered `Source::keep`");
}

#[test]
fn a_stream_may_continue_after_its_handler() {
    let (source, mut actor, ..) = source();
    let mut stream = now(source.keep().sent()).unwrap();
    actor.turn();
    source.feed(Some(7)).try_cast().unwrap();
    actor.turn();
    assert_eq!(next(&mut stream), Some(Some(Ok(7))));
    assert_eq!(next(&mut stream), None);
    source.feed(None).try_cast().unwrap();
    actor.turn();
    assert_eq!(next(&mut stream), Some(None));
}

#[tokio::test]
async fn a_stream_dropped_by_a_panicking_task_ends_with_an_error() {
    let source = actor_runtime::spawn(Source::new());
    let mut stream = source.delegate();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "`Source::delegate` dropped its reply without answering");
    assert!(stream.next().await.is_none());
}

#[test]
fn a_handler_cannot_read_a_stream_of_its_own_actor() {
    let (source, mut actor, log, _) = source();
    let mut call = pending(source.read_oneself());
    actor.turn();
    let told = ready(&mut call).unwrap();
    assert!(told.contains("was called from a handler of the same actor"), "{told}");
    drop(call);
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(source.stats().counts.skipped, 0);
}

#[test]
fn a_stream_can_be_read_and_written_on_plain_threads() {
    struct Worker;
    #[actor]
    impl Worker {
        /// Counts up to `end`, with blocking sends.
        pub(crate) fn count(&self, end: u32, mut numbers: Replies<u32>) {
            for number in 0..end {
                numbers.send_blocking(number).unwrap();
            }
        }
    }
    let worker = actor_runtime::spawn_thread(|| Worker).unwrap();
    let mut stream = futures::executor::block_on(worker.count(100).buffer(2).sent()).unwrap();
    let mut numbers = Vec::new();
    while let Some(number) = stream.next_blocking() {
        numbers.push(number.unwrap());
    }
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}

/// The error of `send`, as text, and what was not sent.
fn unsent(numbers: &mut Replies<u32>, number: u32) -> (String, u32) {
    let error = numbers.try_send(number).unwrap_err();
    assert_eq!(error.method().to_string(), "Fill::fill");
    (error.to_string(), error.into_inner())
}

/// Fills its streams.
struct Fill;

#[actor]
impl Fill {
    /// Sends until it cannot, and returns the errors through `told`.
    pub(crate) async fn fill(
        &self,
        told: mpsc::UnboundedSender<(String, u32)>,
        gone: Gate,
        mut numbers: Replies<u32>,
    ) {
        numbers.try_send(1).unwrap();
        told.send(unsent(&mut numbers, 2)).unwrap();
        gone.passed().await;
        told.send(unsent(&mut numbers, 3)).unwrap();
    }
}

#[test]
fn errors_of_unsent_values_name_the_handler() {
    let (fill, mut actor) = rig(Fill);
    let (told, mut errors) = mpsc::unbounded_channel();
    let gone = Gate::default();
    let stream = now(fill.fill(told, gone.clone()).buffer(1).sent()).unwrap();
    actor.turn();
    let full = "a value of `Fill::fill` was not sent: the buffer of the stream is full";
    assert_eq!(errors.try_recv().unwrap(), (full.to_owned(), 2));
    drop(stream);
    gone.open();
    actor.turn();
    let closed = "a value of `Fill::fill` was not sent: its reader was dropped";
    assert_eq!(errors.try_recv().unwrap(), (closed.to_owned(), 3));
}
