//! The timed rows. Each runs one contestant and checks that every message was handled exactly once.

use std::{fmt, future::Future, hint::black_box};

use tokio::task::{JoinHandle, yield_now};

use crate::{
    clock::CpuTimer,
    contestant::{Answer, Contestant},
    counter::Counter,
    flavor::Flavor,
};

/// The number of concurrent callers in [`Row::Call64`] and [`Row::Interleaved64`].
const CALLERS: u64 = 64;

/// The number of messages in a burst of [`Row::TryCast`]. The smallest mailbox has room for them.
const BURST: u64 = 32;

/// The maximum number of retries to read the total of a contestant that does not keep the order.
const MAX_RETRIES: u32 = 1_000_000;

/// A timed row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// Sequential calls by one task.
    Call,
    /// Sequential calls by the task of `block_on`, which runs on none of the workers.
    CallRoot,
    /// Sequential calls by each of 64 tasks.
    Call64,
    /// Like `Call64`, where each task yields after each call.
    Interleaved64,
    /// Casts by one task, which waits when the mailbox is full.
    Cast,
    /// Casts by four tasks.
    Cast4,
    /// Casts that do not wait, in bursts of 32 with a call after each.
    TryCast,
    /// Calls of an `async` handler that does not wait.
    Ready,
    /// Calls of an `async` handler that yields once.
    Yield,
    /// Starting a counter, and ending it by dropping its handle.
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

    /// Returns the name used in the report and on the command line.
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

    /// Returns the row with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|row| row.name() == name)
    }

    /// Returns the runtimes on which the row is meaningful. On one thread the root task is like any other.
    #[must_use]
    pub fn flavors(self) -> &'static [Flavor] {
        if self == Self::CallRoot { &[Flavor::TwoWorkers] } else { &Flavor::ALL }
    }

    /// Returns the number of operations in a round, for some milliseconds of work.
    #[must_use]
    pub fn operations(self) -> u64 {
        match self {
            Self::Call | Self::Call64 | Self::Interleaved64 => 32_000,
            // Most contestants wake a thread for each call.
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

/// Runs `row` with about `operations` operations on a contestant `C` with a mailbox for `capacity` messages.
/// Returns the CPU time per operation, in nanoseconds.
///
/// # Panics
///
/// Panics if a message was lost or duplicated.
#[must_use]
pub fn run<C: Contestant>(row: Row, flavor: Flavor, capacity: usize, operations: u64) -> f64 {
    C::block_on(flavor, async move {
        if row == Row::SpawnStop {
            return spawn_stop::<C>(capacity, operations).await;
        }
        let handle = C::spawn(capacity).await;
        let warm_up = tokio::spawn(warm_up::<C>(handle.clone()));
        warm_up.await.expect("the contestant works");
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
            Row::SpawnStop => unreachable!("handled above"),
        }
    })
}

/// Warms up buffers before the measurement. Leaves the total at zero.
///
/// This runs as a spawned task, because waking the root task of a multi-thread runtime is slow.
async fn warm_up<C: Contestant>(handle: C::Handle) {
    for _ in 0..4 * CALLERS {
        if C::cannot(Row::Cast).is_none() {
            C::cast(&handle, 0).await;
        }
        assert_eq!(C::call(&handle, 0).await.total(), 0);
    }
}

/// Measures one sender, without starting it.
async fn timed<C, F>(handle: C::Handle, operations: u64, send: fn(C::Handle, u64) -> F) -> f64
where
    C: Contestant,
    F: Future<Output = ()>,
{
    let timer = CpuTimer::start();
    send(handle.clone(), operations).await;
    let taken = timer.per_operation(operations);
    assert_eq!(C::call(&handle, 0).await.total(), operations, "messages were lost or duplicated");
    taken
}

/// Like [`timed`], in a spawned task.
async fn alone<C, F>(handle: C::Handle, operations: u64, send: fn(C::Handle, u64) -> F) -> f64
where
    C: Contestant,
    F: Future<Output = ()> + Send + 'static,
{
    let task = tokio::spawn(timed::<C, F>(handle, operations, send));
    task.await.expect("the contestant works")
}

/// Measures `senders` tasks that share the operations, until the last message was handled.
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
        task.await.expect("the contestant works");
    }
    let expected = share * senders;
    let mut total = C::call(&handle, 0).await.total();
    let mut patience = if C::IN_ORDER { 0 } else { MAX_RETRIES };
    while total < expected && patience > 0 {
        yield_now().await;
        total = C::call(&handle, 0).await.total();
        patience -= 1;
    }
    let taken = timer.per_operation(expected);
    assert_eq!(total, expected, "messages were lost or duplicated");
    taken
}

async fn calls<C: Contestant>(handle: C::Handle, count: u64) {
    let mut last = 0;
    for _ in 0..count {
        let total = C::call(&handle, 1).await.total();
        assert!(total > last, "a call received the reply of another");
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
        assert_eq!(C::call(&handle, 0).await.total(), sent, "messages were lost or duplicated");
    }
}

/// Starts all counters, uses and stops them one after the other, and waits until the last is dropped.
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
