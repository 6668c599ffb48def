//! The code that `#[actor]` generates for the event sources of `ticker.rs`: what `cargo expand` prints,
//! with notes, and with the `select!` as the macro writes it.
//!
//! Run with `cargo run -p actor-examples --example ticker_expanded`; it prints the same as `ticker`.

#![expect(unused_imports, reason = "what was passed through a macro is written out here")]
#![expect(clippy::needless_borrow, reason = "the macro does not know what traits are in scope")]
#![expect(clippy::unit_arg, reason = "the macro writes alike for all types of replies")]
#![expect(clippy::semicolon_if_nothing_returned, reason = "the macro writes alike for all events")]

use std::time::Duration;

use actor_runtime::{ActorHandle, Context, spawn};
use tokio::{
    sync::mpsc,
    time::{self, Instant, Interval, sleep},
};

/// Averages the readings of a sensor, once a second.
#[derive(Debug)]
pub struct Station {
    readings: mpsc::Receiver<f64>,
    seconds: Interval,
    is_paused: bool,
    now: Vec<f64>,
    averages: Vec<f64>,
}

// The methods are unchanged, without their markers.
impl Station {
    /// The sensor. It is not polled while the station is paused, so the sender has to wait.
    fn reading(&mut self, reading: Option<f64>, context: &Context<Self>) {
        match reading {
            Some(reading) => self.now.push(reading),
            None => context.stop(),
        }
    }
    /// The clock. It keeps ticking however many readings and messages arrive.
    async fn second(&mut self, _: Instant) {
        if !self.now.is_empty() {
            let count = u32::try_from(self.now.len()).unwrap_or(u32::MAX);
            self.averages.push(self.now.drain(..).sum::<f64>() / f64::from(count));
        }
    }
    /// Returns the averages so far.
    pub fn averages(&self) -> Vec<f64> {
        self.averages.clone()
    }
    /// Pauses or resumes reading.
    pub fn pause(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
    }
    fn report(&mut self) {
        println!("averages: {:?}", self.averages);
    }
}

// `counter_expanded.rs` explains everything that is not explained here.
use ::actor_runtime::__block_31 as StationHandle_has_one_actor_block;

// Only handlers have messages.
/// A message to [`Station`](type@Station): one variant per handler.
#[allow(missing_docs, rustdoc::private_intra_doc_links, reason = "see the handlers")]
pub enum StationMessage {
    /// Returns the averages so far.
    Averages { reply: ::actor_runtime::Reply<Vec<f64>> },
    /// Pauses or resumes reading.
    Pause { is_paused: bool, reply: ::actor_runtime::Reply<()> },
}

/// A handle to a running [`Station`](type@Station).
#[allow(rustdoc::private_intra_doc_links, reason = "the actor may be private")]
#[must_use = "an actor ends when its last handle is dropped"]
pub struct StationHandle(::actor_runtime::by_hand::Handle<StationMessage>);

// An actor with sources is never left to its callers, so its handlers always run in the loop.
impl StationHandle {
    /// Returns the averages so far.
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn averages(
        &self,
    ) -> ::actor_runtime::Call<
        '_,
        Vec<f64>,
        StationMessage,
        impl ::actor_runtime::by_hand::Request<StationMessage, Vec<f64>> + use<>,
    > {
        (&self.0).call(|tx| StationMessage::Averages { reply: tx })
    }
    /// Pauses or resumes reading.
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn pause(
        &self,
        is_paused: bool,
    ) -> ::actor_runtime::Call<
        '_,
        (),
        StationMessage,
        impl ::actor_runtime::by_hand::Request<StationMessage, ()> + use<>,
    > {
        (&self.0).call(move |tx| StationMessage::Pause { is_paused, reply: tx })
    }
}

impl ::actor_runtime::Actor for Station {
    type Message = StationMessage;
    type Handle = StationHandle;
    type StartError = ::core::convert::Infallible;
    type Undelivered = ::core::convert::Infallible;

    const HAS_ON_IDLE: bool = false;

    // `fn` handlers, in the loop.
    fn run_now(&mut self, msg: StationMessage, _: &::actor_runtime::Context<Self>) {
        match msg {
            StationMessage::Averages { reply: tx } => tx.send(Self::averages(self)),
            StationMessage::Pause { is_paused, reply: tx } => tx.send(self.pause(is_paused)),
        }
    }

    // The hook of the same name, which the loop calls after the last message.
    async fn on_stop(&mut self, _: &::actor_runtime::Context<Self>) {
        self.report();
    }
}

impl ::actor_runtime::by_hand::Drive for Station {
    // The names of the `#[on]` methods, for traces and statistics.
    const SOURCES: &'static [&'static str] = &["reading", "second"];

    // What the loop awaits between two messages. An actor without sources polls its mailbox here.
    async fn next(
        life: &mut ::actor_runtime::__private::Loop<'_, Self>,
    ) -> ::actor_runtime::__private::PolledNext<Self::Message> {
        life.select().await
    }

    // One turn: the first branch is the mailbox, the others are the sources, in the order of the methods.
    // `incoming.turns` decides which branch is polled first, so that none starves. The winner's handler runs
    // in `event`, after all branches were dropped; a breakpoint there sees every event. `__select!` is
    // `actor_runtime::select!`, which refuses a source that is not cancel safe.
    async fn select(
        &mut self,
        incoming: &mut ::actor_runtime::__private::Incoming<'_, Self::Message>,
        cx: &::actor_runtime::Context<Self>,
    ) -> ::actor_runtime::__private::Selected<Self::Message> {
        ::actor_runtime::__private::__select! {
            @ (::actor_runtime) in incoming.turns;
            selected = incoming.messages.next() => selected,
            reading: Option<f64> = self.readings.recv(), if !self.is_paused => {
                incoming.event(reading, move |reading| async move {
                    self.reading(reading, cx)
                }).await
            }
            event: Instant = self.seconds.tick() => {
                incoming.event(event, move |event| self.second(event)).await
            }
            else => ::actor_runtime::__private::Selected::nothing(),
        }
    }
}

// Plumbing.
impl ::actor_runtime::ActorHandle for StationHandle {
    type Message = StationMessage;
    const FROM_HANDLE: fn(::actor_runtime::by_hand::Handle<StationMessage>) -> Self = Self;
    fn as_handle(&self) -> &::actor_runtime::by_hand::Handle<StationMessage> {
        &self.0
    }
}
impl ::core::clone::Clone for StationHandle {
    fn clone(&self) -> Self {
        ::actor_runtime::__private::cloned(self)
    }
}
impl ::core::fmt::Debug for StationHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_tuple("StationHandle").field(&self.0).finish()
    }
}
impl ::core::cmp::PartialEq for StationHandle {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl ::core::cmp::Eq for StationHandle {}
impl ::core::hash::Hash for StationHandle {
    fn hash<__Hasher: ::core::hash::Hasher>(&self, hasher: &mut __Hasher) {
        ::core::hash::Hash::hash(&self.0, hasher);
    }
}
impl ::core::fmt::Debug for StationMessage {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(::actor_runtime::by_hand::Message::envelope(self).method())
    }
}
impl ::actor_runtime::by_hand::Spawn for Station {
    fn run(
        self,
        mailbox: ::actor_runtime::by_hand::Mailbox<Self>,
    ) -> impl ::actor_runtime::by_hand::SendLoop<Self> {
        mailbox.send_loop(self).send_unless_local()
    }
}
impl ::actor_runtime::by_hand::Message for StationMessage {
    const ACTOR: &'static str = "Station";
    type AtRest = ::core::convert::Infallible;
    fn envelope(&self) -> ::actor_runtime::by_hand::Envelope<'_> {
        match self {
            StationMessage::Averages { reply: tx } => tx.envelope("averages").sync(),
            StationMessage::Pause { reply: tx, .. } => tx.envelope("pause").sync(),
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (sensor, readings) = mpsc::channel(1);
    let second = Duration::from_secs(1);
    let station = spawn(Station {
        readings,
        seconds: time::interval_at(Instant::now() + second, second),
        is_paused: false,
        now: Vec::new(),
        averages: Vec::new(),
    });

    // Ten readings a second, for three seconds.
    sleep(second / 20).await;
    for reading in 0..30 {
        sensor.send(f64::from(reading)).await?;
        sleep(second / 10).await;
    }
    assert_eq!(station.averages().await?, [4.5, 14.5, 24.5]);

    // A paused station does not receive from the channel, which has room for one reading.
    station.pause(true).await?;
    sensor.try_send(30.0)?;
    assert!(sensor.try_send(31.0).is_err(), "the channel is full");
    station.pause(false).await?;
    sensor.send(31.0).await?;
    sleep(second).await;
    assert_eq!(station.averages().await?.last(), Some(&30.5));

    // Without a sender the station receives `None`, and stops itself.
    drop(sensor);
    println!("the actor has ended: {}", station.exited().await);
    Ok(())
}
