//! Waiting for a future on a plain thread.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use crate::sync::{
    AtomicBool, Ordering,
    thread::{self, Thread},
};

/// Wakes a thread. A thread has but one token to be unparked with, and what runs in the future may
/// park too and use it up, so each wait also has a note of its own.
struct Unpark {
    thread: Thread,
    is_woken: AtomicBool,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Runs `future` to its end on this thread, for a caller who may not know what thread it is.
///
/// With a tokio runtime at hand, its timers and sockets work in the future.
///
/// # Panics
///
/// On a thread that drives a tokio runtime: blocking it would hold up every task on it.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.block_on(future),
        Err(_) => drive(future),
    }
}

/// Runs `future` to its end on a thread that is known to be there for it. What runs in the future
/// may block the thread, also by [`block_on`].
pub(crate) fn drive<F: Future>(future: F) -> F::Output {
    let unpark = Arc::new(Unpark { thread: thread::current(), is_woken: AtomicBool::new(false) });
    let waker = Waker::from(unpark.clone());
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        // A wake-up between the look and the park makes the park return at once.
        while !unpark.is_woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}
