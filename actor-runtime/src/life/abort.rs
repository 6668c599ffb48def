//! Ending an actor at any point: when it is aborted, or its loop is dropped.
//!
//! An abort sets a flag and wakes the loop, which ends at its next poll. So wherever the loop waits
//! for anything but a message, the wait is [`interruptible`].

use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll, Waker},
};

use crate::{
    catch::{caught_once, drop_caught},
    exit::ExitReason,
    life::{actor::Actor, exit::Exit},
    mailbox::Shared,
    seat::Occupied,
    slot::message::Message,
    sync::{Arc, bug},
    thread::{
        batch,
        current::{self, HasWaits},
        ring,
    },
};

pin_project! {
    /// The future of an actor. If it is dropped, or polled after an abort, it ends the actor.
    pub(super) struct Run<M: Message, F> {
        shared: Arc<Shared<M>>,
        #[pin]
        inner: Option<F>,
        // Whether the handler that runs has waits on record.
        waits: HasWaits,
    }

    impl<M: Message, F> PinnedDrop for Run<M, F> {
        fn drop(this: Pin<&mut Self>) {
            // If a caller is running a handler, that caller ends the actor afterwards.
            let _ = this.end_early(None);
        }
    }
}

impl<M: Message, F> Run<M, F> {
    pub(super) fn new(shared: Arc<Shared<M>>, inner: F) -> Self {
        Self { shared, inner: Some(inner), waits: HasWaits::default() }
    }

    /// Drops the loop and its actor, and reports the end; does nothing if the loop has completed.
    ///
    /// # Errors
    ///
    /// See [`Seat::vacate`](crate::seat::Seat::vacate).
    fn end_early(self: Pin<&mut Self>, waker: Option<&Waker>) -> Result<(), Occupied> {
        let mut this = self.project();
        if this.inner.is_none() {
            return Ok(());
        }
        this.shared.seal();
        batch::end();
        let left = this.shared.seat.vacate(waker)?;
        let ending = current::ending();
        // The locals of a handler and the state may panic while they are dropped. The end is
        // reported even then.
        let _ = caught_once(&mut || this.inner.set(None));
        drop_caught(left);
        drop(ending);
        ring::forget(this.shared.id());
        this.shared.end(ExitReason::Aborted);
        Ok(())
    }
}

impl<A: Actor, F: Future<Output = Exit<A>>> Future for Run<A::Message, F> {
    type Output = Exit<A>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Exit<A>> {
        if !self.shared.is_aborted() {
            let mut this = self.as_mut().project();
            let inner = this.inner.as_mut().as_pin_mut().expect("polled after completion");
            let running = current::running(this.shared.id(), *this.waits);
            let exit = inner.poll(cx);
            if exit.is_ready() {
                drop(running);
                this.inner.set(None);
                return exit;
            }
            *this.waits = running.suspend();
            // The loop has left its waker for an abort that comes after this check: see
            // `Interruptible`.
            if bug("the loop waits later than it looked") {
                return Poll::Pending;
            }
            if !this.shared.is_aborted() {
                return Poll::Pending;
            }
        }
        if self.end_early(Some(cx.waker())).is_err() {
            return Poll::Pending;
        }
        Poll::Ready(Exit { reason: ExitReason::Aborted, actor: None, start_error: None })
    }
}

pin_project! {
    /// A future during which an abort wakes the loop.
    ///
    /// Waiting for a message needs no such wrapper, since the mailbox has the loop's waker then.
    pub(super) struct Interruptible<'a, M: Message, F> {
        pub(super) shared: &'a Shared<M>,
        #[pin]
        future: F,
    }
}

pub(super) fn interruptible<M: Message, F: Future>(
    shared: &Shared<M>,
    future: F,
) -> Interruptible<'_, M, F> {
    Interruptible { shared, future }
}

impl<M: Message, F: Future> Future for Interruptible<'_, M, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        let this = self.project();
        let output = this.future.poll(cx);
        if output.is_pending() {
            this.shared.interrupt_with(cx);
        }
        output
    }
}

/// Never completes if the actor was aborted; [`Run`] then ends it.
///
/// Awaited between handlers and hooks: without it, an abort during a handler that never suspends
/// would be followed by the next hook.
pub(super) async fn unless_aborted<M: Message>(shared: &Arc<Shared<M>>) {
    if shared.is_aborted() {
        std::future::pending::<()>().await;
    }
}
