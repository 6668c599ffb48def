//! The rows that count allocations. Nothing here is timed.
//!
//! They count only in the binary `allocations`, where [`COUNTING`] is the global allocator.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

use crate::{contestant::Contestant, flavor::Flavor};

/// The system's allocator, with counters.
pub static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many operations are counted.
pub const OPERATIONS: u64 = 8192;

/// How many idle counters are weighed.
const COUNTERS: u64 = 4096;

/// What a contestant allocates.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// How often [`OPERATIONS`] calls allocate.
    pub calls: usize,
    /// How often [`OPERATIONS`] casts allocate.
    pub casts: usize,
    /// Bytes on the heap for each counter that has answered one call and waits for the next.
    pub idle_bytes: usize,
}

/// Counts what `C` allocates with a mailbox for `capacity` messages.
#[must_use]
pub fn measure<C: Contestant>(flavor: Flavor, capacity: usize) -> Memory {
    let runtime = flavor.runtime();
    runtime.block_on(async move {
        let used = tokio::spawn(async move {
            let handle = C::spawn(capacity);
            calls::<C>(&handle, OPERATIONS).await;
            casts::<C>(&handle, OPERATIONS).await;
            let calls = calls::<C>(&handle, OPERATIONS).await;
            let casts = casts::<C>(&handle, OPERATIONS).await;
            (calls, casts)
        });
        let (calls, casts) = used.await.expect("a sender panics only if the contestant is broken");
        let idle_bytes = idle_bytes::<C>(capacity).await;
        Memory { calls, casts, idle_bytes }
    })
}

fn allocations(stats: &Stats) -> usize {
    stats.allocations + stats.reallocations
}

async fn calls<C: Contestant>(handle: &C::Handle, count: u64) -> usize {
    let region = Region::new(COUNTING);
    for _ in 0..count {
        C::call(handle, 1).await;
    }
    allocations(&region.change())
}

async fn casts<C: Contestant>(handle: &C::Handle, count: u64) -> usize {
    let region = Region::new(COUNTING);
    for _ in 0..count {
        C::cast(handle, 1).await;
    }
    allocations(&region.change())
}

async fn idle_bytes<C: Contestant>(capacity: usize) -> usize {
    let count = usize::try_from(COUNTERS).expect("a small number");
    let mut handles = Vec::with_capacity(count);
    let region = Region::new(COUNTING);
    for _ in 0..count {
        handles.push(C::spawn(capacity));
    }
    for handle in &handles {
        assert_eq!(C::call(handle, 1).await, 1);
    }
    let stats = region.change();
    // The bytes of a reallocation are in both counters already.
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated) / count
}
