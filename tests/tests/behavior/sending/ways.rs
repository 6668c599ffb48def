//! The ways to send a message, and the sender's outcome as text.

use std::{fmt::Display, future::Future, pin::Pin, thread};

use actor_runtime::{ActorHandle, Call, SendError, TrySendError, by_hand::Request};
use tokio_test::task::{self, Spawn};

use crate::support::{
    AN_HOUR, Log, Probe, ProbeHandle, ProbeMessage, Rig, ready, rig, said, until,
};

/// A way to send a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    Await,
    Timeout,
    Sent,
    TryCall,
    Blocking,
    Cast,
    TryCast,
    CastBlocking,
    CastNow,
}

use Way::{Await, Blocking, Cast, CastBlocking, CastNow, Sent, Timeout, TryCall, TryCast};

pub(super) const EVERY: &[Way] =
    &[Await, Timeout, Sent, TryCall, Blocking, Cast, TryCast, CastBlocking, CastNow];
pub(super) const WANT_AN_ANSWER: &[Way] = &[Await, Timeout, Sent, TryCall, Blocking];
pub(super) const WANT_NONE: &[Way] = &[Cast, TryCast, CastBlocking, CastNow];
pub(super) const WAIT_FOR_ROOM: &[Way] = &[Await, Timeout, Sent, Blocking, Cast, CastBlocking];
pub(super) const NEVER_WAIT: &[Way] = &[TryCall, TryCast, CastNow];

impl Way {
    pub(super) fn wants_an_answer(self) -> bool {
        WANT_AN_ANSWER.contains(&self)
    }

    fn blocks(self) -> bool {
        matches!(self, Blocking | CastBlocking)
    }
}

/// The message to send.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Note(u64),
    Fail,
    Forget,
    Keep,
}

/// An actor to send one message to.
pub(super) struct Case {
    pub(super) probe: ProbeHandle,
    pub(super) actor: Rig<Probe>,
    pub(super) log: Log,
}

impl Case {
    pub(super) fn new() -> Self {
        let log = Log::default();
        let (probe, actor) = rig(Probe::new(&log));
        Self { probe, actor, log }
    }

    /// An actor whose mailbox is full.
    pub(super) fn full() -> Self {
        let case = Self::new();
        case.probe.note(1).try_cast().unwrap();
        case.probe.note(2).try_cast().unwrap();
        case
    }

    /// Sends a message, and returns when it was sent or waits for room.
    pub(super) fn send(&mut self, way: Way, what: What) -> InFlight {
        let sending = send(self.probe.clone(), way, what);
        if !way.blocks() {
            let mut task = task::spawn(Box::pin(sending) as Pin<Box<dyn Future<Output = String>>>);
            return match task.poll() {
                std::task::Poll::Ready(told) => InFlight::Over(told),
                std::task::Poll::Pending => InFlight::Polled(task),
            };
        }
        let before = self.on_their_way();
        let probe = self.probe.clone();
        // The future never waits: blocking calls block the thread.
        let thread = thread::spawn(move || futures::executor::block_on(send(probe, way, what)));
        until(|| thread.is_finished() || self.on_their_way() > before);
        InFlight::Blocked(thread)
    }

    fn on_their_way(&self) -> usize {
        let stats = self.probe.stats();
        stats.queued + stats.waiting
    }
}

/// A message on its way.
pub(super) enum InFlight {
    Over(String),
    Polled(Spawn<Pin<Box<dyn Future<Output = String>>>>),
    Blocked(thread::JoinHandle<String>),
}

impl InFlight {
    /// The outcome for the sender.
    #[track_caller]
    pub(super) fn told(self) -> String {
        match self {
            Self::Over(told) => told,
            Self::Polled(mut task) => ready(&mut task),
            Self::Blocked(thread) => thread.join().unwrap(),
        }
    }
}

async fn send(probe: ProbeHandle, way: Way, what: What) -> String {
    match what {
        What::Note(number) => via(way, probe.note(number)).await,
        What::Fail => via(way, probe.fail("on purpose")).await,
        What::Forget => via(way, probe.forget()).await,
        What::Keep => via(way, probe.keep()).await,
    }
}

async fn via<Q>(way: Way, mut call: Call<'_, u64, ProbeMessage, Q>) -> String
where
    Q: Request<ProbeMessage, u64>,
{
    let accepted = |()| "accepted".to_owned();
    match way {
        Await => match (&mut call).await {
            Ok(answer) => said(Ok(answer)),
            Err(error) => match call.into_message() {
                Some(message) => refused(error, message),
                None => error.to_string(),
            },
        },
        Timeout => said(call.timeout(AN_HOUR).await),
        Blocking => said(call.blocking()),
        Sent => match call.sent().await {
            Ok(answer) => said(answer.await),
            Err(error) => not_sent(error),
        },
        TryCall => match call.try_call() {
            Ok(answer) => said(answer.await),
            Err(error) => not_sent_at_once(error),
        },
        Cast => call.cast().await.map_or_else(not_sent, accepted),
        TryCast => call.try_cast().map_or_else(not_sent_at_once, accepted),
        CastBlocking => call.cast_blocking().map_or_else(not_sent, accepted),
        CastNow => call.cast_now().map_or_else(not_sent, accepted),
    }
}

fn not_sent(error: SendError<ProbeMessage>) -> String {
    refused(error.to_string(), error.into_inner())
}

fn not_sent_at_once(error: TrySendError<ProbeMessage>) -> String {
    refused(error.to_string(), error.into_inner())
}

fn refused(error: impl Display, message: ProbeMessage) -> String {
    format!("{error}; {}", back(Some(message)))
}

/// The message that was handed back, with its type and its arguments.
pub(super) fn back(message: Option<ProbeMessage>) -> String {
    match message {
        Some(ProbeMessage::Note { number, .. }) => format!("note {number} came back"),
        other => panic!("{other:?}"),
    }
}
