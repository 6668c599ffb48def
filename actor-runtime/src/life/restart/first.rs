//! The first life of an actor whose factory is asynchronous.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc as StdArc,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::{
    catch::{Caught, catch, caught, caught_once},
    exit::ExitReason,
    handle::weak::WeakHandle,
    life::{
        drive::Spawn,
        restart::{
            Life,
            factory::{Factory, SendFactory},
            lives::Lives,
        },
        run::Mailbox,
    },
    mailbox::Shared,
    slot::message::Message,
    sync::Arc,
    thread::current::{self, HasWaits},
};

/// Makes an actor and runs it. If it cannot be made, its mailbox ends.
pub(super) async fn start_first<A: Spawn>(
    mut mailbox: Mailbox<A>,
    mut lives: Lives<SendFactory<A>>,
) {
    let life = Life::first(WeakHandle(mailbox.shared.clone()));
    let made = match catch(|| lives.factory.make(life)) {
        Ok(making) => FirstMaking::new(mailbox.shared.clone(), making).await,
        Err(message) => Some(Err(message)),
    };
    match made {
        Some(Ok(Ok(actor))) => {
            mailbox.restart(lives);
            drop(actor.run(mailbox).await);
        }
        Some(Ok(Err(error))) => mailbox.fail_start(error),
        Some(Err(message)) => mailbox.fail_with_panic(message),
        None => {}
    }
}

pin_project! {
    /// Makes an actor that has no loop yet. If this is dropped, or polled after an abort, the mailbox ends.
    struct FirstMaking<M: Message, F> {
        shared: Arc<Shared<M>>,
        #[pin]
        making: Option<Caught<F>>,
        // Whether the factory has waits on record.
        waits: HasWaits,
    }

    impl<M: Message, F> PinnedDrop for FirstMaking<M, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.making.is_some() {
                // Nothing of the actor runs after its exit was reported.
                let _ = caught_once(&mut || this.making.set(None));
                this.shared.end(ExitReason::Aborted);
            }
        }
    }
}

impl<M: Message, F: Future> FirstMaking<M, F> {
    fn new(shared: Arc<Shared<M>>, making: F) -> Self {
        Self { shared, making: Some(caught(making)), waits: HasWaits::default() }
    }
}

impl<M: Message, F: Future> Future for FirstMaking<M, F> {
    /// The output of the factory, or `None` if the actor was aborted.
    type Output = Option<Result<F::Output, StdArc<str>>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.shared.is_aborted() {
            return Poll::Ready(None);
        }
        let making = this.making.as_mut().as_pin_mut().expect("polled after completion");
        // A call of the actor itself is refused, as in its handlers.
        let running = current::running(this.shared.id(), *this.waits);
        if let Poll::Ready(made) = making.poll(cx) {
            drop(running);
            this.making.set(None);
            return Poll::Ready(Some(made));
        }
        *this.waits = running.suspend();
        this.shared.interrupt_with(cx);
        // An abort after this is noticed by the waker.
        if this.shared.is_aborted() { Poll::Ready(None) } else { Poll::Pending }
    }
}
