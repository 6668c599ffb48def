//! How the loop ends in the middle of whatever it does: aborted, or dropped with its task.

use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll, Waker},
};

use crate::{
    catch::{catch, drop_caught},
    exit::ExitReason,
    life::{actor::Actor, exit::Exit},
    mailbox::Shared,
    seat::Occupied,
    slot::message::Message,
    sync::{Arc, bug},
    thread::{batch, current},
};

pin_project! {
    /// The loop, and how it ends when it is aborted or dropped.
    pub(super) struct Run<M: Message, F> {
        shared: Arc<Shared<M>>,
        #[pin]
        inside: Option<F>,
    }

    impl<M: Message, F> PinnedDrop for Run<M, F> {
        fn drop(this: Pin<&mut Self>) {
            // Where a caller runs a handler right now, it ends the actor afterwards.
            let _ = this.cut_off(None);
        }
    }
}

impl<M: Message, F> Run<M, F> {
    pub(super) fn new(shared: Arc<Shared<M>>, inside: F) -> Self {
        Self { shared, inside: Some(inside) }
    }

    /// Ends an actor in the middle of whatever it does.
    ///
    /// # Errors
    ///
    /// See [`Seat::vacate`](crate::seat::Seat::vacate).
    fn cut_off(self: Pin<&mut Self>, waker: Option<&Waker>) -> Result<(), Occupied> {
        let mut this = self.project();
        if this.inside.is_none() {
            return Ok(());
        }
        this.shared.seal();
        batch::end();
        let left = this.shared.seat.vacate(waker)?;
        let ending = current::ending();
        // A handler's locals or the state may panic while they are dropped. The end is reported
        // all the same.
        let _ = catch(|| this.inside.set(None));
        drop_caught(left);
        drop(ending);
        this.shared.end(ExitReason::Aborted);
        Ok(())
    }
}

impl<A: Actor, F: Future<Output = Exit<A>>> Future for Run<A::Message, F> {
    type Output = Exit<A>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Exit<A>> {
        if !self.shared.is_aborted() {
            let mut this = self.as_mut().project();
            let inside = this.inside.as_mut().as_pin_mut().expect("polled after the end");
            let running = current::running(this.shared.id());
            let exit = inside.poll(cx);
            drop(running);
            if exit.is_ready() {
                this.inside.set(None);
                return exit;
            }
            // Whatever the loop waits for, it has left its waker for an abort that comes later:
            // see `Interruptible`.
            if bug("the loop waits later than it looked") || !this.shared.is_aborted() {
                return Poll::Pending;
            }
        }
        if self.cut_off(Some(cx.waker())).is_err() {
            return Poll::Pending;
        }
        Poll::Ready(Exit { reason: ExitReason::Aborted, actor: None, start_error: None })
    }
}

pin_project! {
    /// Lets an abort wake the loop while it waits for `future`. Whoever waits for a message need not
    /// do this: the mailbox has the waker then.
    pub(super) struct Interruptible<'a, M: Message, F> {
        shared: &'a Shared<M>,
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
