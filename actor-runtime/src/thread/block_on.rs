//! Waiting for a future on a plain thread.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use crate::{
    sync::{
        AtomicBool, Ordering, bug,
        thread::{self, Thread},
    },
    thread::{batch, spin::Linger},
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
        Ok(runtime) => {
            batch::before_waiting();
            runtime.block_on(future)
        }
        Err(_) => drive(future),
    }
}

/// Runs `future` to its end on a thread that is known to be there for it. What runs in the future
/// may block the thread, also by [`block_on`].
pub(crate) fn drive<F: Future>(future: F) -> F::Output {
    drive_with(future, |_| {
        thread::park();
        true
    })
    .unwrap_or_else(|| unreachable!("nobody stops waiting"))
}

/// As [`drive`], for a future that is expected to be woken again within microseconds.
pub(crate) fn drive_awake<F: Future>(future: F) -> F::Output {
    let mut linger = Linger::new();
    drive_with(future, |is_woken| {
        let is_seen = linger.until(|| match bug("a wake-up is used up by looking") {
            true => is_woken.swap(false, Ordering::Relaxed),
            false => is_woken.load(Ordering::Relaxed),
        });
        if !is_seen {
            thread::park();
        }
        true
    })
    .unwrap_or_else(|| unreachable!("nobody stops waiting"))
}

/// As [`block_on`], but not for longer than `limit`.
pub(crate) fn block_on_for<F: Future>(future: F, limit: Duration) -> Option<F::Output> {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        // It panics where nobody may block.
        runtime.block_on(async {});
    }
    let begun = Instant::now();
    drive_with(future, |_| match limit.checked_sub(begun.elapsed()) {
        Some(left) if !left.is_zero() => {
            thread::park_timeout(left);
            true
        }
        _ => false,
    })
}

/// Runs `future` to its end, or until `park`, which waits for a wake-up, says to stop. It may look whether
/// there was one.
fn drive_with<F: Future>(
    future: F,
    mut park: impl FnMut(&AtomicBool) -> bool,
) -> Option<F::Output> {
    let unpark = Arc::new(Unpark { thread: thread::current(), is_woken: AtomicBool::new(false) });
    let waker = Waker::from(unpark.clone());
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Some(output);
        }
        batch::before_waiting();
        // A wake-up between the look and the park makes the park return at once.
        while !unpark.is_woken.swap(false, Ordering::Acquire) {
            if !park(&unpark.is_woken) {
                return None;
            }
        }
    }
}
