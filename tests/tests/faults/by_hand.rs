//! Polls futures by hand.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// A waker that counts its wake-ups, and may panic.
pub struct Counting {
    wakes: AtomicUsize,
    panics: bool,
}

impl Counting {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { wakes: AtomicUsize::new(0), panics: false })
    }

    /// A waker that panics when it is woken.
    pub fn panicking() -> Arc<Self> {
        Arc::new(Self { wakes: AtomicUsize::new(0), panics: true })
    }

    pub fn wakes(&self) -> usize {
        self.wakes.load(Ordering::SeqCst)
    }
}

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::SeqCst);
        assert!(!self.panics, "this waker panics");
    }
}

/// A future, polled by hand.
pub struct ByHand<F> {
    future: Pin<Box<F>>,
    pub waker: Arc<Counting>,
}

impl<F: Future> ByHand<F> {
    pub fn new(future: F) -> Self {
        Self::with(future, Counting::new())
    }

    pub fn with(future: F, waker: Arc<Counting>) -> Self {
        Self { future: Box::pin(future), waker }
    }

    pub fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(self.waker.clone());
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// Polls once, and expects it to wait.
    pub fn waits(mut self) -> Self {
        assert!(self.poll().is_pending(), "it should have waited");
        self
    }

    /// Polls once, and expects the output.
    #[track_caller]
    pub fn gives(&mut self) -> F::Output {
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it waits for ever"),
        }
    }
}
