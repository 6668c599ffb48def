//! The sizes of calls, and the stack that large messages need.
//!
//! A stack that overflows aborts the process, so these tests have a binary of their own.

#![allow(missing_docs, reason = "these are tests")]

use std::{mem::size_of_val, pin::Pin, thread, time::Duration};

use actor_runtime::{ActorHandle, TrySendError, actor, pair, spawn, spawn_thread};
use tokio::runtime;

/// The stack of a thread of std's and of tokio's, which holds 32 blocks.
const STACK: usize = 2 * 1024 * 1024;
const LARGE: usize = 64 * 1024;
const AN_HOUR: Duration = Duration::from_secs(3600);

type Block = [u8; LARGE];

#[derive(Default)]
struct Store {
    sum: usize,
}

#[actor(mailbox = 1)]
impl Store {
    /// Adds the last byte, in the task of its caller if it can.
    pub(crate) fn put(&mut self, block: Block) -> usize {
        self.sum += usize::from(block[LARGE - 1]);
        self.sum
    }

    /// Adds the last byte, in the loop.
    pub(crate) async fn put_later(&mut self, block: Block) -> usize {
        tokio::task::yield_now().await;
        self.put(block)
    }

    /// Does nothing.
    pub(crate) fn unit(&self) {}

    /// Does nothing, in the loop.
    pub(crate) async fn unit_later(&self) {}
}

/// Has no large argument.
struct Small;

#[actor]
impl Small {
    /// Does nothing.
    pub(crate) fn unit(&self) {}

    /// Does nothing, in the loop.
    pub(crate) async fn unit_later(&self) {}
}

#[test]
fn a_large_argument_enlarges_no_call_of_another_handler() {
    let (small, _run) = pair(Small);
    let (large, _run) = pair(Store::default());
    assert_eq!(size_of_val(&large.unit()), size_of_val(&small.unit()));
    assert_eq!(size_of_val(&large.unit_later()), size_of_val(&small.unit_later()));
    assert_eq!(size_of_val(&large.unit().owned()), size_of_val(&small.unit().owned()));
    assert_eq!(size_of_val(&large.unit().cast()), size_of_val(&small.unit().cast()));
    assert_eq!(size_of_val(&large.unit().sent()), size_of_val(&small.unit().sent()));
    assert_eq!(
        size_of_val(&large.unit().timeout(AN_HOUR)),
        size_of_val(&small.unit().timeout(AN_HOUR))
    );
    let unit = size_of_val(&small.unit());
    assert!(unit <= 128, "{unit}");
}

#[test]
fn a_refused_message_is_kept_out_of_line() {
    let (large, _run) = pair(Store::default());
    assert!(size_of_val(&large.unit().cast_now()) <= 16);
    assert!(size_of_val(&large.unit().try_cast()) <= 16);
    assert!(size_of_val(&large.unit().try_call()) <= 128);
}

#[test]
fn a_call_has_the_size_of_its_own_arguments() {
    let (store, _run) = pair(Store::default());
    let unit = size_of_val(&store.unit());
    let sizes = [
        size_of_val(&store.put([0; LARGE])),
        size_of_val(&store.put([0; LARGE]).cast()),
        size_of_val(&store.put([0; LARGE]).sent()),
    ];
    for size in sizes {
        assert!((LARGE..=LARGE + unit + 16).contains(&size), "{size}");
    }
}

#[test]
fn the_future_of_an_actor_does_not_contain_its_messages() {
    let (_store, run) = pair(Store::default());
    assert!(size_of_val(&run) < 2048, "{}", size_of_val(&run));
}

/// Runs `test` on a thread with the stack that threads have by default, whatever the environment says.
fn on_a_stack(test: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(STACK).spawn(test).unwrap().join().unwrap();
}

/// Tests of the ways to send a large message, each in a runtime and on a stack of its own.
macro_rules! fits_on_a_stack {
    ($( $(#[$attr:meta])* $name:ident($store:ident) $body:block )*) => { $(
        $(#[$attr])*
        #[test]
        fn $name() {
            /// Made in a frame that is left before it runs.
            #[inline(never)]
            fn test() -> Pin<Box<dyn Future<Output = ()>>> {
                Box::pin(async {
                    let $store = spawn(Store::default());
                    // The actor starts, so that it is idle.
                    $store.unit_later().await.unwrap();
                    $body
                })
            }
            on_a_stack(|| {
                let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(test());
            });
        }
    )* };
}

fits_on_a_stack! {
    a_large_call_in_its_callers_task(store) {
        assert_eq!(store.put([1; LARGE]).await.unwrap(), 1);
    }

    a_large_call_in_the_loop(store) {
        assert_eq!(store.put_later([1; LARGE]).await.unwrap(), 1);
    }

    a_large_call_with_a_timeout(store) {
        assert_eq!(store.put_later([1; LARGE]).timeout(AN_HOUR).await.unwrap(), 1);
    }

    a_large_call_in_a_task(store) {
        let call = tokio::spawn(store.put_later([1; LARGE]).owned());
        assert_eq!(call.await.unwrap().unwrap(), 1);
    }

    a_large_call_that_is_sent(store) {
        let answer = store.put_later([1; LARGE]).sent().await.unwrap();
        assert_eq!(answer.await.unwrap(), 1);
    }

    a_large_cast(store) {
        store.put([1; LARGE]).cast().await.unwrap();
        store.unit().await.unwrap();
        assert_eq!(store.stats().counts.handled, 3);
    }

    a_large_cast_that_waits_for_room(store) {
        store.unit().try_cast().unwrap();
        store.put([1; LARGE]).cast().await.unwrap();
        store.unit().await.unwrap();
        assert_eq!(store.stats().counts.handled, 4);
    }

    a_large_cast_that_does_not_wait(store) {
        store.put([1; LARGE]).try_cast().unwrap();
        store.unit().await.unwrap();
        assert_eq!(store.stats().counts.handled, 3);
    }

    a_large_cast_beyond_the_bound(store) {
        store.unit().try_cast().unwrap();
        store.put([1; LARGE]).cast_now().unwrap();
        store.unit().await.unwrap();
        assert_eq!(store.stats().counts.handled, 4);
    }

    a_large_call_through_a_lease(store) {
        let lease = store.lease().await.unwrap();
        assert_eq!(lease.put_later([1; LARGE]).await.unwrap(), 1);
    }

    a_large_message_that_finds_no_room(store) {
        store.unit().try_cast().unwrap();
        let full = store.put([1; LARGE]).try_cast().unwrap_err();
        assert!(matches!(full, TrySendError::Full(_)));
        assert!(matches!(full.into_inner(), StoreMessage::Put { block: [1, ..], .. }));
    }

    a_large_message_that_is_refused(store) {
        store.shutdown().await;
        let mut call = store.put([1; LARGE]);
        assert!((&mut call).await.is_err());
        assert!(matches!(call.into_message(), Some(StoreMessage::Put { block: [1, ..], .. })));
    }
}

#[test]
fn a_large_call_from_a_thread_to_a_thread() {
    on_a_stack(|| {
        let store = spawn_thread(Store::default).unwrap();
        assert_eq!(store.put([1; LARGE]).blocking().unwrap(), 1);
    });
    on_a_stack(|| {
        let store = spawn_thread(Store::default).unwrap();
        store.put([1; LARGE]).cast_blocking().unwrap();
        assert_eq!(store.put_later([1; LARGE]).timeout(AN_HOUR).blocking().unwrap(), 2);
    });
}
