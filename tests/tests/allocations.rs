//! What stays allocated: after a burst of messages, and after panics.
//!
//! The tests run one after another, on one thread, so that each counts only its own allocations.

use std::{
    alloc::System,
    panic::{self, panic_any},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use actor_runtime::{ActorHandle, Builder, Capacity, Context, OnPanic, actor, spawn};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The other threads of the test harness allocate little, and a few kilobytes at most.
const NOISE: usize = 64 * 1024;

/// Runs `test` while no other test of this file runs, and without a message for each panic.
fn alone(test: impl Future<Output = ()>) {
    static RUNNING: Mutex<()> = Mutex::new(());
    let _running: MutexGuard<'_, ()> = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    panic::set_hook(Box::new(|_| ()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| runtime.block_on(test)));
    let _ = panic::take_hook();
    if let Err(payload) = outcome {
        // Reported now, since the hook was silent.
        panic!("{}", payload.downcast_ref::<String>().map_or("the test panicked", String::as_str));
    }
}

/// Asserts that `work` leaves less than `limit` bytes allocated.
async fn assert_kept(limit: usize, work: impl Future<Output = ()>) {
    let region = Region::new(COUNTING);
    work.await;
    let change = region.change();
    let kept = change.bytes_allocated.saturating_sub(change.bytes_deallocated);
    assert!(kept < limit, "{kept} bytes are left, of {}", change.bytes_allocated);
}

/// Adds numbers.
#[derive(Default)]
struct Sum(u64);

#[actor(mailbox = unbounded)]
impl Sum {
    /// Adds `n`.
    pub(crate) fn add(&mut self, n: u64) {
        self.0 += n;
    }

    /// Adds `n` in the loop.
    pub(crate) async fn add_later(&mut self, n: u64) {
        self.0 += n;
    }

    /// Returns the sum.
    pub(crate) async fn total(&self) -> u64 {
        self.0
    }
}

const BURST: u64 = 100_000;

#[test]
fn a_burst_of_casts_leaves_no_memory_behind() {
    alone(async {
        let sum = spawn(Sum::default());
        sum.total().await.unwrap();
        assert_kept(2 * NOISE, async {
            for n in 0..BURST {
                sum.add(n).try_cast().unwrap();
            }
            assert_eq!(sum.total().await, Ok(BURST * (BURST - 1) / 2));
        })
        .await;
    });
}

#[test]
fn a_burst_of_async_casts_leaves_no_memory_behind() {
    alone(async {
        let sum = spawn(Sum::default());
        sum.total().await.unwrap();
        assert_kept(2 * NOISE, async {
            for n in 0..BURST {
                sum.add_later(n).cast_now().unwrap();
            }
            assert_eq!(sum.total().await, Ok(BURST * (BURST - 1) / 2));
        })
        .await;
    });
}

#[test]
fn a_burst_that_ends_with_a_lease_leaves_no_memory_behind() {
    alone(async {
        let sum = spawn(Sum::default());
        sum.total().await.unwrap();
        assert_kept(2 * NOISE, async {
            for n in 0..BURST {
                sum.add(n).try_cast().unwrap();
            }
            let lease = sum.lease().await.unwrap();
            for n in 0..BURST {
                lease.add(n).try_cast().unwrap();
            }
            lease.release().await.unwrap();
            assert_eq!(sum.total().await, Ok(BURST * (BURST - 1)));
        })
        .await;
    });
}

#[test]
fn a_burst_of_callers_that_wait_for_room_leaves_no_memory_behind() {
    alone(async {
        let sum = Builder::new().mailbox(Capacity::bounded(1)).spawn(Sum::default());
        // The runtime's own queue of tasks keeps its memory.
        let tasks: tokio::task::JoinSet<()> = (0..10_000).map(|_| async {}).collect();
        tasks.join_all().await;
        // So does this thread a slot for the replies.
        sum.add_later(0).await.unwrap();
        sum.total().await.unwrap();
        assert_kept(NOISE, async {
            let mut callers = tokio::task::JoinSet::new();
            for n in 0..10_000 {
                let sum = sum.clone();
                callers.spawn(async move { sum.add_later(n).await.unwrap() });
            }
            callers.join_all().await;
        })
        .await;
    });
}

/// Panics in each way that a panic is caught.
struct Panics;

/// Counts its drops.
struct Payload(#[expect(dead_code, reason = "it takes memory")] [u8; 10_000]);

static DROPPED: AtomicUsize = AtomicUsize::new(0);

impl Drop for Payload {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

/// Panics when it is dropped.
struct Bomb<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> Drop for Bomb<T> {
    fn drop(&mut self) {
        if let Some(payload) = self.0.take() {
            panic_any(payload);
        }
    }
}

fn long() -> String {
    "x".repeat(10_000)
}

#[actor]
impl Panics {
    /// Panics with a string.
    pub(crate) fn with_string(&self) {
        panic_any(long());
    }

    /// Panics with a string in the loop.
    pub(crate) async fn with_string_later(&self) {
        panic_any(long());
    }

    /// Panics with a value of some type.
    pub(crate) async fn with_value(&self) {
        panic_any(Payload([0; 10_000]));
    }

    /// Panics with a value whose drop panics with a string.
    pub(crate) async fn with_bomb(&self) {
        panic_any(Bomb(Some(long())));
    }

    /// Panics with a value whose drop panics with a value whose drop panics.
    pub(crate) async fn with_two_bombs(&self) {
        panic_any(Bomb(Some(Bomb(Some(long())))));
    }

    /// Is dropped with its message.
    pub(crate) fn take(&self, bomb: Bomb<String>, _context: &Context<Self>) {
        drop(bomb);
    }

    /// Returns whether the actor is there.
    pub(crate) async fn is_there(&self) -> bool {
        true
    }
}

fn panics() -> PanicsHandle {
    Builder::new().on_panic(OnPanic::Continue).spawn(Panics)
}

const ROUNDS: usize = 200;

#[test]
fn caught_panics_with_a_string_leave_no_memory_behind() {
    alone(async {
        let panics = panics();
        panics.is_there().await.unwrap();
        assert_kept(NOISE, async {
            for _ in 0..ROUNDS {
                panics.with_string().await.unwrap_err();
                panics.with_string_later().await.unwrap_err();
            }
        })
        .await;
    });
}

#[test]
fn caught_panics_drop_their_payload() {
    alone(async {
        let panics = panics();
        for _ in 0..ROUNDS {
            panics.with_value().await.unwrap_err();
        }
        assert_eq!(DROPPED.load(Ordering::Relaxed), ROUNDS);
    });
}

#[test]
fn a_payload_whose_drop_panics_is_dropped_as_well() {
    alone(async {
        let panics = panics();
        panics.is_there().await.unwrap();
        assert_kept(NOISE, async {
            for _ in 0..ROUNDS {
                panics.with_bomb().await.unwrap_err();
                panics.take(Bomb(Some(long()))).await.unwrap_err();
            }
        })
        .await;
        // The payload of the second panic is leaked if it is no string: its drop could panic for ever.
        panics.with_two_bombs().await.unwrap_err();
        assert_eq!(panics.is_there().await, Ok(true));
    });
}

#[test]
fn messages_whose_drop_panics_leave_no_memory_behind() {
    alone(async {
        assert_kept(NOISE, async {
            for _ in 0..ROUNDS {
                let panics = panics();
                panics.take(Bomb(Some(long()))).cast_now().unwrap();
                panics.abort();
                panics.exited().await;
            }
        })
        .await;
    });
}
