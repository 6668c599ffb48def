//! A background task and its handle as two plain values: any executor can run the task, and any
//! thread can use the handle.
//!
//! Run with `cargo run -p actor-examples --example sum_background`. It adds numbers on tokio, on smol's executor, and
//! on two plain threads without an executor. Test with `cargo test -p actor-examples --example sum_background`.
//!
//! `pair` returns the handle and the loop, and polls nothing. Requests that are dropped before they
//! are handled are skipped and counted. The loop ends when the last handle is dropped, and returns
//! the actor.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use actor_runtime::{CallError, Exit, ExitReason, actor, pair};

/// Adds numbers in the background.
#[derive(Debug, Default)]
pub struct SumBackground {
    sums: u64,
}

// Every caller waits for its reply, so the mailbox cannot hold more messages than there are
// callers.
#[actor(mailbox = unbounded)]
impl SumBackground {
    /// Returns the sum of `a` and `b`.
    pub fn sum(&mut self, a: u64, b: u64) -> u64 {
        self.sums += 1;
        a.wrapping_add(b)
    }
}

/// Requests sums through a handle. Returns their number.
async fn sum_some(handle: SumBackgroundHandle) -> Result<u64, CallError> {
    for a in 1..5 {
        let sum = handle.sum(a, 2).await?;
        println!("  {a} + 2 = {sum}");
        assert_eq!(sum, a + 2);
    }
    Ok(4)
}

fn check(exit: &Exit<SumBackground>, asked: u64) {
    assert_eq!(exit.reason, ExitReason::HandlesDropped);
    assert_eq!(exit.actor.as_ref().map(|actor| actor.sums), Some(asked));
    println!("  the background task has ended: {}", exit.reason);
}

fn on_tokio() -> Result<(), CallError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("the runtime can be created").block_on(async {
        let (handle, background) = pair(SumBackground::default());
        let background = tokio::spawn(background);
        let asked = sum_some(handle).await?;
        check(&background.await.expect("the task is not aborted"), asked);
        Ok(())
    })
}

fn on_smol() -> Result<(), CallError> {
    let executor = async_executor::Executor::new();
    block_on(executor.run(async {
        let (handle, background) = pair(SumBackground::default());
        let background = executor.spawn(background);
        let asked = sum_some(handle).await?;
        check(&background.await, asked);
        Ok(())
    }))
}

/// Runs the loop on one plain thread and its caller on another.
fn on_threads() -> Result<(), CallError> {
    let (handle, background) = pair(SumBackground::default());
    let background = thread::spawn(|| block_on(background));
    let asked = block_on(sum_some(handle))?;
    check(&background.join().expect("the loop does not panic"), asked);
    Ok(())
}

/// Shows that a request is skipped if its caller was dropped.
fn cancelled() -> Result<(), CallError> {
    use actor_runtime::ActorHandle;
    block_on(async {
        let (handle, background) = pair(SumBackground::default());
        let mut background = pin!(background);
        let kept = handle.sum(1, 1).try_call().expect("there is always room");
        let cancelled = handle.sum(2, 2).try_call().expect("there is always room");
        drop(cancelled);

        let answer = alongside(background.as_mut(), kept).await?;
        let skipped = handle.stats().counts.skipped;
        println!("  1 + 1 = {answer}, {skipped} request was cancelled before it was handled");
        assert_eq!((answer, skipped), (2, 1));

        drop(handle);
        check(&background.await, 1);
        Ok(())
    })
}

/// Polls both futures until `foreground` is ready.
async fn alongside<T>(
    mut background: impl Future + Unpin,
    foreground: impl Future<Output = T>,
) -> T {
    let mut foreground = pin!(foreground);
    std::future::poll_fn(|cx| {
        // The loop runs while a handle exists, so it is not ready here.
        let _ = std::pin::Pin::new(&mut background).poll(cx);
        foreground.as_mut().poll(cx)
    })
    .await
}

/// An executor for one future.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

fn main() -> Result<(), CallError> {
    println!("on tokio:");
    on_tokio()?;
    println!("on smol's executor:");
    on_smol()?;
    println!("on two plain threads:");
    on_threads()?;
    println!("with a request that is cancelled:");
    cancelled()
}

#[cfg(test)]
mod tests {
    use actor_runtime::CallErrorKind;

    use super::*;

    #[test]
    fn tokio_polls_it() {
        on_tokio().unwrap();
    }

    #[test]
    fn smol_polls_it() {
        on_smol().unwrap();
    }

    #[test]
    fn a_plain_thread_polls_it() {
        on_threads().unwrap();
    }

    #[test]
    fn a_cancelled_request_is_skipped_and_counted() {
        cancelled().unwrap();
    }

    #[test]
    fn handles_on_many_threads_share_one_loop() {
        let (handle, background) = pair(SumBackground::default());
        let users: Vec<_> = (0..8)
            .map(|_| {
                let handle = handle.clone();
                thread::spawn(move || block_on(sum_some(handle)).unwrap())
            })
            .collect();
        drop(handle);
        let exit = block_on(background);
        let asked: u64 = users.into_iter().map(|user| user.join().unwrap()).sum();
        check(&exit, asked);
    }

    #[test]
    fn nothing_is_answered_before_the_loop_is_polled() {
        let (handle, background) = pair(SumBackground::default());
        let mut answer = handle.sum(1, 2).try_call().unwrap();
        assert!(answer.try_take().is_none());
        drop(handle);
        let exit = block_on(background);
        assert_eq!(answer.try_take(), Some(Ok(3)));
        check(&exit, 1);
    }

    #[test]
    fn a_dropped_loop_answers_with_an_error() {
        let (handle, background) = pair(SumBackground::default());
        let answer = handle.sum(1, 2).try_call().unwrap();
        drop(background);
        assert!(matches!(
            block_on(answer).map_err(CallError::into_kind),
            Err(CallErrorKind::Stopped)
        ));
        assert!(matches!(
            block_on(handle.sum(1, 2)).map_err(CallError::into_kind),
            Err(CallErrorKind::Closed)
        ));
    }
}
