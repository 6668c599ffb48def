//! Blocking a thread on a future.

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
    thread::{batch, spin::AdaptiveSpin, worker::Worker},
};

/// Wakes a blocked thread.
///
/// A thread has a single unpark token, which code in the future may consume by parking too. So each wait
/// also has a flag of its own.
struct Unpark {
    thread: Thread,
    worker: Arc<Worker>,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.worker.wake();
        self.thread.unpark();
    }
}

/// Runs `future` to completion on this thread, which may be any thread.
///
/// In the context of a tokio runtime, the future can use its timers and sockets.
///
/// # Panics
///
/// If called from a task of a tokio runtime: blocking it would block other tasks on the thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            batch::before_blocking();
            runtime.block_on(future)
        }
        Err(_) => drive(future, Worker::new()),
    }
}

/// Runs `future` to completion on a thread that exists for it. Code in the future may block the thread,
/// also by [`block_on`].
pub(crate) fn drive<F: Future>(future: F, worker: Arc<Worker>) -> F::Output {
    drive_with(future, worker, |_| {
        thread::park();
        true
    })
    .unwrap_or_else(|| unreachable!("`park` always returns `true`"))
}

/// [`drive`] that spins before it parks, for a future that is often woken within microseconds.
pub(crate) fn drive_spinning<F: Future>(future: F, worker: Arc<Worker>) -> F::Output {
    let mut spin = AdaptiveSpin::new();
    drive_with(future, worker, |is_woken| {
        let is_seen = spin.until(|| {
            if bug("a wake-up is used up by looking") {
                return is_woken.swap(false, Ordering::Relaxed);
            }
            is_woken.load(Ordering::Relaxed)
        });
        if !is_seen {
            thread::park();
        }
        true
    })
    .unwrap_or_else(|| unreachable!("`park` always returns `true`"))
}

/// [`block_on`] for at most `limit`. Returns `None` if the future has not completed by then.
pub(crate) fn block_on_for<F: Future>(future: F, limit: Duration) -> Option<F::Output> {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        // Panics where blocking is not allowed.
        runtime.block_on(async {});
    }
    let begun = Instant::now();
    drive_with(future, Worker::new(), |_| match limit.checked_sub(begun.elapsed()) {
        Some(left) if !left.is_zero() => {
            thread::park_timeout(left);
            true
        }
        _ => false,
    })
}

/// Runs `future` to completion, or until `park` returns `false`. `park` waits for a wake-up and may read
/// the flag that one sets.
fn drive_with<F: Future>(
    future: F,
    worker: Arc<Worker>,
    mut park: impl FnMut(&AtomicBool) -> bool,
) -> Option<F::Output> {
    let waker = Waker::from(Arc::new(Unpark { thread: thread::current(), worker: worker.clone() }));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Some(output);
        }
        batch::before_blocking();
        // A wake-up before the park sets the token, so the park returns at once.
        if !worker.wait(&mut park) {
            return None;
        }
    }
}
