//! Allocation counts.
//!
//! The counts are valid only in the binary `allocations`, where [`COUNTING`] is the global allocator. Everything
//! runs on one thread, so that the counts are deterministic.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

use crate::{
    contestant::{Answer, Contestant},
    flavor::Flavor,
    workload::Row,
};

/// The system's allocator, with counters.
pub static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The number of operations that are counted.
pub const OPERATIONS: u64 = 8192;

/// The number of idle counters whose memory is measured.
const COUNTERS: u64 = 4096;

/// The allocations of a contestant. `None` stands for operations that it [does not support](Contestant::cannot).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Allocations in [`OPERATIONS`] calls.
    pub calls: u64,
    /// Allocations in [`OPERATIONS`] casts.
    pub casts: Option<u64>,
    /// Allocations in [`OPERATIONS`] calls of a handler that waits.
    pub waits: Option<u64>,
    /// Heap bytes of an idle counter after one call.
    pub idle_bytes: u64,
    /// The size of a handle, in bytes.
    pub handle_bytes: u64,
}

/// Counts the allocations of `C` with a mailbox for `capacity` messages.
///
/// # Panics
///
/// Panics if the total of an idle counter is wrong after its call.
#[must_use]
pub fn measure<C: Contestant>(capacity: usize) -> Memory {
    C::block_on(Flavor::CurrentThread, async move {
        let handle = C::spawn(capacity).await;
        let used = tokio::spawn(async move {
            let _ = counts::<C>(&handle).await;
            counts::<C>(&handle).await
        });
        let (calls, casts, waits) = used.await.expect("the contestant works");
        let idle_bytes = idle_bytes::<C>(capacity).await;
        let handle_bytes = size_of::<C::Handle>() as u64;
        Memory { calls, casts, waits, idle_bytes, handle_bytes }
    })
}

fn allocations(stats: &Stats) -> u64 {
    (stats.allocations + stats.reallocations) as u64
}

/// Counts allocations of calls, casts and calls that wait. The first run also counts growing buffers.
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
    // An unbounded mailbox may still hold casts; this call waits until they are handled.
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
    // Both counters already include reallocations.
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated) as u64 / COUNTERS
}
