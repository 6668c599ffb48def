//! The rows that count allocations. Nothing here is timed.
//!
//! They count only in the binary `allocations`, where [`COUNTING`] is the global allocator. All of it runs
//! on one thread, where each run counts the same.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

use crate::{
    contestant::{Answer, Contestant},
    flavor::Flavor,
    workload::Row,
};

/// The system's allocator, with counters.
pub static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many operations are counted.
pub const OPERATIONS: u64 = 8192;

/// How many idle counters are weighed.
const COUNTERS: u64 = 4096;

/// What a contestant allocates. What it [cannot](Contestant::cannot) do is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// How often [`OPERATIONS`] calls allocate.
    pub calls: u64,
    /// How often [`OPERATIONS`] casts allocate.
    pub casts: Option<u64>,
    /// How often [`OPERATIONS`] calls of a handler that waits allocate.
    pub waits: Option<u64>,
    /// Bytes on the heap for each counter that has answered one call and waits for the next.
    pub idle_bytes: u64,
    /// Bytes of a handle.
    pub handle_bytes: u64,
}

/// Counts what `C` allocates with a mailbox for `capacity` messages.
///
/// # Panics
///
/// If a message was lost or doubled.
#[must_use]
pub fn measure<C: Contestant>(capacity: usize) -> Memory {
    C::block_on(Flavor::CurrentThread, async move {
        let handle = C::spawn(capacity).await;
        let used = tokio::spawn(async move {
            let _ = counts::<C>(&handle).await;
            counts::<C>(&handle).await
        });
        let (calls, casts, waits) =
            used.await.expect("a sender panics only if the contestant is broken");
        let idle_bytes = idle_bytes::<C>(capacity).await;
        let handle_bytes = size_of::<C::Handle>() as u64;
        Memory { calls, casts, waits, idle_bytes, handle_bytes }
    })
}

fn allocations(stats: &Stats) -> u64 {
    (stats.allocations + stats.reallocations) as u64
}

/// How often calls, casts and calls that wait allocate. The first time, something may have to grow.
async fn counts<C: Contestant>(handle: &C::Handle) -> (u64, Option<u64>, Option<u64>) {
    let region = Region::new(COUNTING);
    for _ in 0..OPERATIONS {
        C::call(handle, 1).await.total();
    }
    let calls = allocations(&region.change());

    let region = Region::new(COUNTING);
    let can_cast = C::cannot(Row::Cast).is_none();
    for _ in 0..if can_cast { OPERATIONS } else { 0 } {
        C::cast(handle, 1).await;
    }
    let casts = can_cast.then(|| allocations(&region.change()));
    // What an unbounded mailbox still holds is handled before the next count begins.
    C::call(handle, 0).await.total();

    let region = Region::new(COUNTING);
    let can_wait = C::cannot(Row::Yield).is_none();
    for _ in 0..if can_wait { OPERATIONS } else { 0 } {
        C::call_yielding(handle, 1).await;
    }
    let waits = can_wait.then(|| allocations(&region.change()));
    (calls, casts, waits)
}

async fn idle_bytes<C: Contestant>(capacity: usize) -> u64 {
    let mut handles = Vec::with_capacity(usize::try_from(COUNTERS).expect("a small number"));
    let region = Region::new(COUNTING);
    for _ in 0..COUNTERS {
        handles.push(C::spawn(capacity).await);
    }
    for handle in &handles {
        assert_eq!(C::call(handle, 1).await.total(), 1);
    }
    let stats = region.change();
    // The bytes of a reallocation are in both counters already.
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated) as u64 / COUNTERS
}
