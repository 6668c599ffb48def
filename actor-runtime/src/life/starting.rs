//! The futures that wait for an actor to start, and for its end.

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::Arc as StdArc,
    task::{Context, Poll, ready},
};

use crate::{
    debug::opaque_debug,
    error::Failure,
    exit::ExitReason,
    handle::ActorHandle,
    life::{actor::Actor, exit::Exit, scope::Place},
    slot::{message::Message, receiver::Receiver},
    thread::block_on::block_on,
};

/// An error type without values: that of an actor which cannot fail to start.
///
/// The handle of such an actor is returned before it has started.
#[diagnostic::on_unimplemented(
    message = "this actor may fail to start with a `{Self}`, so its handle cannot be given out yet",
    label = "may fail to start",
    note = "use `start` in the place of `spawn`, and await the handle or the error: `start(actor).await?`",
    note = "in a scope that is `scope.start(actor).await?`, and on a thread of its own `Builder::new().start_thread(|| Ok(..)).await?`"
)]
pub trait CannotFail {}

#[diagnostic::do_not_recommend]
impl CannotFail for Infallible {}

/// The error of an actor that did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError<E> {
    /// Its `#[on_start]`, or the closure that makes it, returned this error.
    Failed(E),
    /// Its `#[on_start]`, or the closure that makes it, panicked with this message.
    Panicked(StdArc<str>),
    /// It was aborted, or its runtime was shut down, before it had started.
    Aborted,
    /// The operating system failed to create a thread.
    NoThread(io::Error),
}

impl<E: fmt::Display> fmt::Display for StartError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => write!(f, "the actor failed to start: {error}"),
            Self::Panicked(message) => write!(f, "the actor panicked while it started: {message}"),
            Self::Aborted => f.write_str("the actor was aborted while it started"),
            Self::NoThread(_) => f.write_str("the system gave no thread for the actor"),
        }
    }
}

impl<E: Error + 'static> Error for StartError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(error) => error.source(),
            Self::NoThread(error) => Some(error),
            Self::Panicked(_) | Self::Aborted => None,
        }
    }
}

/// A future that resolves to the handle `H` of an actor when it has started, or to the error `E` of its `#[on_start]`. See
/// [`start`](crate::start()).
///
/// # Cancel safety
///
/// If the future is dropped, the actor's handle is dropped with it, so the actor ends as soon as it
/// has started.
#[must_use = "the actor ends if its handle is not taken from this future"]
pub struct Starting<H, E: 'static> {
    pub(super) handle: Option<H>,
    pub(super) outcome: StartState<E>,
    /// Its place in a scope, which it leaves if it does not start.
    pub(super) place: Option<Place>,
}

pub(super) enum StartState<E: 'static> {
    Awaited(Receiver<Result<(), E>>),
    NoThread(io::Error),
    Taken,
}

impl<H: ActorHandle, E> Starting<H, E> {
    /// Blocks the current thread until the actor has started.
    ///
    /// # Errors
    ///
    /// Returns a [`StartError`] if it did not start.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn blocking(self) -> Result<H, StartError<E>> {
        block_on(self)
    }
}

/// No field is pinned.
impl<H, E> Unpin for Starting<H, E> {}

impl<H: ActorHandle, E> Future for Starting<H, E> {
    type Output = Result<H, StartError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = match &mut self.outcome {
            StartState::Awaited(receiver) => ready!(receiver.poll(cx)),
            StartState::NoThread(_) | StartState::Taken => {
                match std::mem::replace(&mut self.outcome, StartState::Taken) {
                    StartState::NoThread(error) => {
                        return Poll::Ready(Err(StartError::NoThread(error)));
                    }
                    _ => panic!("polled after completion"),
                }
            }
        };
        self.outcome = StartState::Taken;
        let error = match (outcome, self.handle.take()) {
            (Ok(Ok(())), Some(handle)) => return Poll::Ready(Ok(handle)),
            (Ok(Err(error)), _) => StartError::Failed(error),
            (Err(Failure::Panicked(message)), _) => StartError::Panicked(message),
            (Err(Failure::Stopped | Failure::Unanswered) | Ok(Ok(())), _) => StartError::Aborted,
        };
        if let Some(place) = self.place.take() {
            // The caller has the error, so no shutdown reports it.
            place.leave();
        }
        Poll::Ready(Err(error))
    }
}

opaque_debug!([H: ActorHandle, E] Starting<H, E>, "Starting", actor = H::Message::ACTOR);

/// A future that resolves to the [`Exit`] of an actor. See
/// [`Builder::spawn_returning`](crate::Builder::spawn_returning).
///
/// Dropping it does not affect the actor.
#[must_use = "futures do nothing unless polled"]
pub struct Running<A: Actor>(pub(super) Receiver<Exit<A>>);

impl<A: Actor> Running<A> {
    /// Blocks the current thread until the actor has ended.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    #[must_use]
    pub fn blocking(self) -> Exit<A> {
        block_on(self)
    }
}

impl<A: Actor> Future for Running<A> {
    type Output = Exit<A>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Exit<A>> {
        let exit = ready!(self.0.poll(cx));
        let aborted = Exit { reason: ExitReason::Aborted, actor: None, start_error: None };
        Poll::Ready(exit.unwrap_or(aborted))
    }
}

opaque_debug!([A: Actor] Running<A>, "Running", actor = A::Message::ACTOR);
