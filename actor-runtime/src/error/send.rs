//! The errors of sends, which hold what was not sent.

use std::{error::Error, fmt};

use super::{CallError, CallErrorKind, Method, Refusal, Unsent};

/// The error of a send that waits for room. Holds the message.
///
/// `Debug`, `Send` and `Sync` are implemented for every message, or for every one that is `Send`, whatever
/// its arguments implement. So `unwrap` and `?` into a `Box<dyn Error + Send + Sync>` are always available.
///
/// # Examples
///
/// ```
/// use actor_runtime::{ActorHandle, actor, spawn};
///
/// # #[derive(Default)] struct Worker;
/// #[actor]
/// impl Worker {
///     /// Runs the task.
///     pub fn run(&mut self, task: Box<dyn FnOnce() + Send>) { task() }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let worker = spawn(Worker);
/// worker.shutdown().await;
/// let error = worker.run(Box::new(|| {})).cast().await.unwrap_err();
/// assert_eq!(error.to_string(), "`Worker::run` was not accepted: the actor has stopped");
/// let WorkerMessage::Run { task, .. } = error.into_inner();
/// task();
/// # }
/// ```
#[non_exhaustive]
pub enum SendError<M> {
    /// The mailbox is closed: the actor has stopped, or is about to.
    Closed(Unsent<M>),
    /// The message was sent through a lease that has ended. The actor may still be running.
    LeaseEnded(Unsent<M>),
    /// The mailbox is full, and the handler that would wait for room in it is waited for by the actor of
    /// the mailbox: see [`CallErrorKind::WouldDeadlock`].
    WouldDeadlock(Unsent<M>),
}

impl<M> SendError<M> {
    /// The error of a message that a mailbox refuses.
    pub(crate) fn refused(refusal: Refusal, message: Unsent<M>) -> Self {
        match refusal {
            Refusal::Closed => Self::Closed(message),
            Refusal::LeaseEnded => Self::LeaseEnded(message),
        }
    }

    /// Returns the message that was not sent.
    pub fn into_inner(self) -> M {
        self.into_unsent().into_inner()
    }

    /// Returns the handler to which the message was sent.
    #[must_use]
    pub fn method(&self) -> Method {
        match self {
            Self::Closed(message) | Self::LeaseEnded(message) | Self::WouldDeadlock(message) => {
                message.method()
            }
        }
    }

    /// The error of a call whose message this is.
    pub(crate) fn as_call_error(&self) -> CallError {
        let method = self.method();
        match self {
            Self::Closed(_) => Refusal::Closed.of(method),
            Self::LeaseEnded(_) => Refusal::LeaseEnded.of(method),
            Self::WouldDeadlock(_) => CallError::new(
                method,
                CallErrorKind::WouldDeadlock { accepted: false, ring: Vec::new() },
            ),
        }
    }

    pub(crate) fn into_unsent(self) -> Unsent<M> {
        match self {
            Self::Closed(message) | Self::LeaseEnded(message) | Self::WouldDeadlock(message) => {
                message
            }
        }
    }
}

impl<M> fmt::Display for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(message) => message.refused_by(Refusal::Closed, f),
            Self::LeaseEnded(message) => message.refused_by(Refusal::LeaseEnded, f),
            Self::WouldDeadlock(message) => write!(
                f,
                "`{}` was not accepted: its actor would wait for its sender, which waits for room",
                message.method()
            ),
        }
    }
}

impl<M> fmt::Debug for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (variant, message) = match self {
            Self::Closed(message) => ("Closed", message),
            Self::LeaseEnded(message) => ("LeaseEnded", message),
            Self::WouldDeadlock(message) => ("WouldDeadlock", message),
        };
        f.debug_tuple(variant).field(message).finish()
    }
}

impl<M> Error for SendError<M> {}

/// The error of a send that does not wait. Holds the message, or the value of a stream.
///
/// `Debug`, `Send` and `Sync` are implemented as for [`SendError`].
pub enum TrySendError<T> {
    /// There is no room in the mailbox, or in the buffer of the stream.
    Full(Unsent<T>),
    /// The mailbox is closed, or the stream was dropped by its reader.
    Closed(Unsent<T>),
    /// The message was sent through a lease that has ended. The actor may still be running.
    LeaseEnded(Unsent<T>),
}

impl<T> TrySendError<T> {
    /// The error of a message that a mailbox refuses.
    pub(crate) fn refused(refusal: Refusal, message: Unsent<T>) -> Self {
        match refusal {
            Refusal::Closed => Self::Closed(message),
            Refusal::LeaseEnded => Self::LeaseEnded(message),
        }
    }

    /// Returns the message or value that was not sent.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(unsent) | Self::Closed(unsent) | Self::LeaseEnded(unsent) => {
                unsent.into_inner()
            }
        }
    }

    /// Returns the handler to which the message was sent, or whose stream was to have the value.
    #[must_use]
    pub fn method(&self) -> Method {
        match self {
            Self::Full(unsent) | Self::Closed(unsent) | Self::LeaseEnded(unsent) => unsent.method(),
        }
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(unsent) => {
                let place =
                    if unsent.is_value() { "the buffer of the stream" } else { "the mailbox" };
                unsent.write_not_sent(f)?;
                write!(f, ": {place} is full")
            }
            Self::Closed(unsent) => unsent.refused_by(Refusal::Closed, f),
            Self::LeaseEnded(unsent) => unsent.refused_by(Refusal::LeaseEnded, f),
        }
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (variant, unsent) = match self {
            Self::Full(unsent) => ("Full", unsent),
            Self::Closed(unsent) => ("Closed", unsent),
            Self::LeaseEnded(unsent) => ("LeaseEnded", unsent),
        };
        f.debug_tuple(variant).field(unsent).finish()
    }
}

impl<T> Error for TrySendError<T> {}
