//! The timed rows: each drives one contestant once and checks that every message arrived once.

use std::{fmt, future::Future, hint::black_box};

use tokio::task::{JoinHandle, yield_now};

use crate::{
    clock::CpuTimer,
    contestant::{Answer, Contestant},
    counter::Counter,
    flavor::Flavor,
};

/// How many callers call at once in [`Row::Call64`] and [`Row::Interleaved64`].
const CALLERS: u64 = 64;

/// How many messages a producer sends before it waits in [`Row::TryCast`]. The smallest mailbox
/// has room for them.
const BURST: u64 = 32;

/// How often a contestant that does not keep the order is asked again for its total.
const PATIENCE: u32 = 1_000_000;

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// One caller, one call after the other.
    Call,
    /// The same by the task that `block_on` runs, which is none of the workers'.
    CallRoot,
    /// 64 callers, each with one call after the other.
    Call64,
    /// 64 callers who give way to each other after each call.
    Interleaved64,
    /// One producer, held back by the mailbox's bound.
    Cast,
    /// Four producers.
    Cast4,
    /// One producer that never waits for room: bursts of 32, and a call after each.
    TryCast,
    /// Calls of an `async` handler that has nothing to wait for.
    Ready,
    /// Calls of a handler that waits.
    Yield,
    /// A counter is started, and ends when its handle is dropped.
    SpawnStop,
}

impl Row {
    /// All rows, in the order of the report.
    pub const ALL: [Self; 10] = [
        Self::Call,
        Self::CallRoot,
        Self::Call64,
        Self::Interleaved64,
        Self::Cast,
        Self::Cast4,
        Self::TryCast,
        Self::Ready,
        Self::Yield,
        Self::SpawnStop,
    ];

    /// As the report and the command line name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::CallRoot => "call-root",
            Self::Call64 => "call-64",
            Self::Interleaved64 => "interleaved-64",
            Self::Cast => "cast",
            Self::Cast4 => "cast-4",
            Self::TryCast => "try-cast",
            Self::Ready => "ready",
            Self::Yield => "yield",
            Self::SpawnStop => "spawn-stop",
        }
    }

    /// The row of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|row| row.name() == name)
    }

    /// The runtimes on which it says something. On one thread the root task is like any other.
    #[must_use]
    pub fn flavors(self) -> &'static [Flavor] {
        if self == Self::CallRoot { &[Flavor::TwoWorkers] } else { &Flavor::ALL }
    }

    /// How many operations a round has: some milliseconds of work.
    #[must_use]
    pub fn operations(self) -> u64 {
        match self {
            Self::Call | Self::Call64 | Self::Interleaved64 => 32_000,
            // Most of them wake a thread for each call.
            Self::CallRoot => 4_000,
            Self::Cast | Self::Cast4 | Self::TryCast => 64_000,
            Self::Ready | Self::Yield => 16_000,
            Self::SpawnStop => 4_000,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Runs `row` once on a contestant `C` whose mailbox holds `capacity` messages, and gives the
/// nanoseconds of CPU time that each of about so many `operations` took.
///
/// # Panics
///
/// If a message was lost or doubled.
#[must_use]
pub fn run<C: Contestant>(row: Row, flavor: Flavor, capacity: usize, operations: u64) -> f64 {
    C::block_on(flavor, async move {
        if row == Row::SpawnStop {
            return spawn_stop::<C>(capacity, operations).await;
        }
        let handle = C::spawn(capacity).await;
        let warm_up = tokio::spawn(warm_up::<C>(handle.clone()));
        warm_up.await.expect("a sender panics only if the contestant is broken");
        match row {
            Row::Call => alone::<C, _>(handle, operations, calls::<C>).await,
            Row::CallRoot => timed::<C, _>(handle, operations, calls::<C>).await,
            Row::Call64 => together::<C, _>(handle, CALLERS, operations, calls::<C>).await,
            Row::Interleaved64 => {
                together::<C, _>(handle, CALLERS, operations, interleaved::<C>).await
            }
            Row::Cast => together::<C, _>(handle, 1, operations, casts::<C>).await,
            Row::Cast4 => together::<C, _>(handle, 4, operations, casts::<C>).await,
            Row::TryCast => alone::<C, _>(handle, operations, bursts::<C>).await,
            Row::Ready => alone::<C, _>(handle, operations, ready_calls::<C>).await,
            Row::Yield => alone::<C, _>(handle, operations, yielding_calls::<C>).await,
            Row::SpawnStop => unreachable!("it has no senders"),
        }
    })
}

/// Lets whatever grows grow before the clock starts. Leaves the total at zero.
///
/// It is a task of its own, because the root task of two workers is slow to wake.
async fn warm_up<C: Contestant>(handle: C::Handle) {
    for _ in 0..4 * CALLERS {
        if C::cannot(Row::Cast).is_none() {
            C::cast(&handle, 0).await;
        }
        assert_eq!(C::call(&handle, 0).await.total(), 0);
    }
}

/// Times what one sender does, without what it takes to start it.
async fn timed<C, F>(handle: C::Handle, operations: u64, send: fn(C::Handle, u64) -> F) -> f64
where
    C: Contestant,
    F: Future<Output = ()>,
{
    let timer = CpuTimer::start();
    send(handle.clone(), operations).await;
    let taken = timer.per_operation(operations);
    assert_eq!(C::call(&handle, 0).await.total(), operations, "messages were lost or doubled");
    taken
}

/// As [`timed`], by a task of its own.
async fn alone<C, F>(handle: C::Handle, operations: u64, send: fn(C::Handle, u64) -> F) -> f64
where
    C: Contestant,
    F: Future<Output = ()> + Send + 'static,
{
    let task = tokio::spawn(timed::<C, F>(handle, operations, send));
    task.await.expect("a sender panics only if the contestant is broken")
}

/// Times `senders` tasks that share the operations, until the last message was handled.
async fn together<C, F>(
    handle: C::Handle,
    senders: u64,
    operations: u64,
    send: fn(C::Handle, u64) -> F,
) -> f64
where
    C: Contestant,
    F: Future<Output = ()> + Send + 'static,
{
    let share = operations / senders;
    let timer = CpuTimer::start();
    let tasks: Vec<JoinHandle<()>> =
        (0..senders).map(|_| tokio::spawn(send(handle.clone(), share))).collect();
    for task in tasks {
        task.await.expect("a sender panics only if the contestant is broken");
    }
    let expected = share * senders;
    let mut total = C::call(&handle, 0).await.total();
    let mut patience = if C::IN_ORDER { 0 } else { PATIENCE };
    while total < expected && patience > 0 {
        yield_now().await;
        total = C::call(&handle, 0).await.total();
        patience -= 1;
    }
    let taken = timer.per_operation(expected);
    assert_eq!(total, expected, "messages were lost or doubled");
    taken
}

async fn calls<C: Contestant>(handle: C::Handle, count: u64) {
    let mut last = 0;
    for _ in 0..count {
        let total = C::call(&handle, 1).await.total();
        assert!(total > last, "a call was answered with the total of another");
        last = total;
    }
}

async fn interleaved<C: Contestant>(handle: C::Handle, count: u64) {
    for _ in 0..count {
        black_box(C::call(&handle, 1).await.total());
        yield_now().await;
    }
}

async fn ready_calls<C: Contestant>(handle: C::Handle, count: u64) {
    for _ in 0..count {
        black_box(C::call_ready(&handle, 1).await);
    }
}

async fn yielding_calls<C: Contestant>(handle: C::Handle, count: u64) {
    for _ in 0..count {
        black_box(C::call_yielding(&handle, 1).await);
    }
}

async fn casts<C: Contestant>(handle: C::Handle, count: u64) {
    for _ in 0..count {
        C::cast(&handle, 1).await;
    }
}

async fn bursts<C: Contestant>(handle: C::Handle, count: u64) {
    let mut sent = 0;
    while sent < count {
        let burst = BURST.min(count - sent);
        for _ in 0..burst {
            C::try_cast(&handle, 1);
        }
        sent += burst;
        assert_eq!(C::call(&handle, 0).await.total(), sent, "messages were lost or doubled");
    }
}

/// Starts all of them, uses and stops them one after the other, and waits until the last is gone.
async fn spawn_stop<C: Contestant>(capacity: usize, count: u64) -> f64 {
    let before = Counter::dropped();
    let mut handles = Vec::with_capacity(usize::try_from(count).expect("a small number"));
    let timer = CpuTimer::start();
    for _ in 0..count {
        handles.push(C::spawn(capacity).await);
    }
    yield_now().await;
    drop(handles);
    while Counter::dropped() - before < count {
        yield_now().await;
    }
    timer.per_operation(count)
}
