//! The timed rows: each drives one contestant once and checks that every message arrived once.

use std::{fmt, future::Future, hint::black_box};

use tokio::task::{JoinHandle, yield_now};

use crate::{clock::CpuTimer, contestant::Contestant, counter::Counter, flavor::Flavor};

/// How many callers call at once in [`Row::Call64`].
const CALLERS: u64 = 64;

/// How many messages a producer sends before it waits in [`Row::TryCast`]. The smallest mailbox
/// has room for them.
const BURST: u64 = 32;

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// One caller, one call after the other.
    Call,
    /// 64 callers, each with one call after the other.
    Call64,
    /// One producer, held back by the mailbox's bound.
    Cast,
    /// Four producers.
    Cast4,
    /// One producer that never waits for room: bursts of 32, and a call after each.
    TryCast,
    /// Calls of a handler that waits.
    Yield,
    /// A counter is started, and ends when its handle is dropped.
    SpawnStop,
}

impl Row {
    /// All rows, in the order of the report.
    pub const ALL: [Self; 7] = [
        Self::Call,
        Self::Call64,
        Self::Cast,
        Self::Cast4,
        Self::TryCast,
        Self::Yield,
        Self::SpawnStop,
    ];

    /// As the report and the command line name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Call64 => "call-64",
            Self::Cast => "cast",
            Self::Cast4 => "cast-4",
            Self::TryCast => "try-cast",
            Self::Yield => "yield",
            Self::SpawnStop => "spawn-stop",
        }
    }

    /// How many operations a round has: some milliseconds of work.
    #[must_use]
    pub fn operations(self) -> u64 {
        match self {
            Self::Call | Self::Call64 => 64_000,
            Self::Cast | Self::Cast4 | Self::TryCast => 160_000,
            Self::Yield => 32_000,
            Self::SpawnStop => 8_000,
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
    let runtime = flavor.runtime();
    runtime.block_on(async move {
        if row == Row::SpawnStop {
            return spawn_stop::<C>(capacity, operations).await;
        }
        let handle = C::spawn(capacity);
        warm_up::<C>(&handle).await;
        match row {
            Row::Call => senders::<C, _>(handle, 1, operations, calls::<C>).await,
            Row::Call64 => senders::<C, _>(handle, CALLERS, operations, calls::<C>).await,
            Row::Cast => senders::<C, _>(handle, 1, operations, casts::<C>).await,
            Row::Cast4 => senders::<C, _>(handle, 4, operations, casts::<C>).await,
            Row::TryCast => senders::<C, _>(handle, 1, operations, bursts::<C>).await,
            Row::Yield => senders::<C, _>(handle, 1, operations, yielding_calls::<C>).await,
            Row::SpawnStop => unreachable!("it has no senders"),
        }
    })
}

/// Lets whatever grows grow before the clock starts. Leaves the total at zero.
async fn warm_up<C: Contestant>(handle: &C::Handle) {
    for _ in 0..4 * CALLERS {
        C::cast(handle, 0).await;
    }
    assert_eq!(C::call_yielding(handle, 0).await, 0);
}

/// Times `senders` tasks that share the operations, until the last message was handled.
async fn senders<C, F>(
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
    let total = C::call(&handle, 0).await;
    let taken = timer.per_operation(share * senders);
    assert_eq!(total, share * senders, "messages were lost or doubled");
    taken
}

async fn calls<C: Contestant>(handle: C::Handle, count: u64) {
    let mut last = 0;
    for _ in 0..count {
        let total = C::call(&handle, 1).await;
        assert!(total > last, "a call was answered with the total of another");
        last = total;
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
        assert_eq!(C::call(&handle, 0).await, sent, "messages were lost or doubled");
    }
}

/// Starts all of them, uses and stops them one after the other, and waits until the last is gone.
async fn spawn_stop<C: Contestant>(capacity: usize, count: u64) -> f64 {
    let before = Counter::dropped();
    let timer = CpuTimer::start();
    let handles: Vec<C::Handle> = (0..count).map(|_| C::spawn(capacity)).collect();
    yield_now().await;
    drop(handles);
    while Counter::dropped() - before < count {
        yield_now().await;
    }
    timer.per_operation(count)
}
