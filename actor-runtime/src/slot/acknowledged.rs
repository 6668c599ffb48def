//! Acknowledged answers: the handler waits until its caller has read the answer.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    debug::opaque_debug,
    slot::{
        marked::Unread,
        reply::Reply,
        returns::{Fate, ReturnPath, Returns},
    },
    sync::Arc,
};

/// Future returned by [`Reply::send_acknowledged`]: completes when the answer was read, or with the
/// answer if it will not be.
///
/// # Panics
///
/// If it is polled after it has completed.
///
/// # Cancel safety
///
/// The answer was sent before the first poll. If the future is dropped, the caller can still read the
/// answer, and an answer that is not read is dropped.
#[must_use = "use `send` to answer without waiting for the caller to read it"]
pub struct Acknowledged<T: 'static>(Delivery<T>);

enum Delivery<T: 'static> {
    Sent { unread: Unread<T>, returns: Arc<Returns> },
    Refused(T),
    Done,
}

impl<T> Reply<T> {
    /// Answers the caller and returns a future that completes when the caller has read the answer,
    /// from its `.await` or by [`Answer::try_take`](crate::Answer::try_take).
    ///
    /// Use it for work that must be undone if its result is not received, such as a transaction that
    /// is rolled back. While a handler awaits the future, the actor handles no other message, so a
    /// caller that neither reads nor drops its answer blocks the actor. To continue at once and get
    /// unread answers back later, mark the handler `#[cancel_safe(undelivered = ..)]` instead. For a
    /// transaction of several messages, use a [lease](crate::ActorHandle::lease).
    ///
    /// # Errors
    ///
    /// The future completes with the answer if the caller was dropped without reading it, or if the
    /// message was cast.
    ///
    /// # Cancel safety
    ///
    /// See [`Acknowledged`].
    ///
    /// # Examples
    ///
    /// ```
    /// use actor_runtime::{Reply, actor, spawn};
    ///
    /// #[derive(Default)]
    /// struct Tickets { sold: u32 }
    ///
    /// #[actor]
    /// impl Tickets {
    ///     /// Sells a ticket, which counts once the caller has received it.
    ///     pub async fn buy(&mut self, reply: Reply<u32>) {
    ///         if reply.send_acknowledged(self.sold + 1).await.is_ok() {
    ///             self.sold += 1;
    ///         }
    ///     }
    ///
    ///     /// Returns the number of tickets sold.
    ///     pub fn sold(&self) -> u32 { self.sold }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let tickets = spawn(Tickets::default());
    /// assert_eq!(tickets.buy().await?, 1);
    /// tickets.buy().cast().await?;
    /// assert_eq!(tickets.sold().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_acknowledged(self, answer: T) -> Acknowledged<T> {
        let returns = Arc::new(Returns::for_one_answer());
        Acknowledged(match self.send_with_return(answer, ReturnPath::new(&returns)) {
            Ok(unread) => Delivery::Sent { unread, returns },
            Err(answer) => Delivery::Refused(answer),
        })
    }
}

// No field is pinned.
impl<T> Unpin for Acknowledged<T> {}

impl<T> Future for Acknowledged<T> {
    type Output = Result<(), T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), T>> {
        match mem::replace(&mut self.0, Delivery::Done) {
            Delivery::Sent { unread, returns } => match returns.poll_fate(cx) {
                Poll::Pending => {
                    self.0 = Delivery::Sent { unread, returns };
                    Poll::Pending
                }
                Poll::Ready(Fate::Read) => Poll::Ready(Ok(())),
                Poll::Ready(Fate::Returned) => Poll::Ready(unread.take().map_or(Ok(()), Err)),
            },
            Delivery::Refused(answer) => Poll::Ready(Err(answer)),
            Delivery::Done => panic!("`Acknowledged` polled after completion"),
        }
    }
}

opaque_debug!([T] Acknowledged<T>, "Acknowledged");
