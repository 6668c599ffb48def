//! Answers whose sender learns whether they were read.

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
        returns::{Fate, Returns, Way},
    },
    sync::Arc,
};

/// Waits until an answer was read, or gives it back. See [`Reply::send_acknowledged`].
///
/// # Cancel safety
///
/// The answer has been sent. Dropping this leaves it to its caller, and loses the news.
#[must_use = "`send` answers without waiting for the caller to read it"]
pub struct Acknowledged<T: 'static>(Stage<T>);

enum Stage<T: 'static> {
    Sent { unread: Unread<T>, returns: Arc<Returns> },
    Refused(T),
    Done,
}

impl<T> Reply<T> {
    /// Answers the caller, and waits until it has read the answer: its `.await` has given it, or
    /// [`Answer::try_take`](crate::Answer::try_take) has.
    ///
    /// For what must not be done for nobody: who began a transaction for its caller rolls it back if
    /// the caller has gone. In the meantime nothing else is handled, so a caller that does not look at
    /// its answer holds up the actor, until it drops it. To go on at once, and to be given back what
    /// was not read, mark the handler `#[cancel_safe(undelivered = ..)]` instead; and what takes
    /// several messages is a [lease](crate::ActorHandle::lease).
    ///
    /// # Errors
    ///
    /// The answer, if the caller went away without reading it, or the message was cast.
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
    ///     /// Sells a ticket: only if somebody takes it.
    ///     pub async fn buy(&mut self, reply: Reply<u32>) {
    ///         if reply.send_acknowledged(self.sold + 1).await.is_ok() {
    ///             self.sold += 1;
    ///         }
    ///     }
    ///
    ///     /// How many were sold.
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
        let returns = Arc::new(Returns::that_tell_all());
        Acknowledged(match self.send_on(answer, Way::new(&returns)) {
            Ok(unread) => Stage::Sent { unread, returns },
            Err(answer) => Stage::Refused(answer),
        })
    }
}

/// Nothing in it is pinned.
impl<T> Unpin for Acknowledged<T> {}

impl<T> Future for Acknowledged<T> {
    type Output = Result<(), T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), T>> {
        match mem::replace(&mut self.0, Stage::Done) {
            Stage::Sent { unread, returns } => match returns.poll_fate(cx) {
                Poll::Pending => {
                    self.0 = Stage::Sent { unread, returns };
                    Poll::Pending
                }
                Poll::Ready(Fate::Read) => Poll::Ready(Ok(())),
                Poll::Ready(Fate::Returned) => Poll::Ready(unread.take().map_or(Ok(()), Err)),
            },
            Stage::Refused(answer) => Poll::Ready(Err(answer)),
            Stage::Done => panic!("an acknowledgement was polled after it was ready"),
        }
    }
}

opaque_debug!([T] Acknowledged<T>, "Acknowledged");
