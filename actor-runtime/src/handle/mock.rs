//! [`MockMailbox`]: a mailbox without an actor, to test code that calls one.

use futures_core::Stream;
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use crate::{
    debug::opaque_debug,
    exit::ExitReason,
    handle::{ActorHandle, Handle},
    mailbox::{Next, Shared, capacity::Capacity},
    slot::message::Message,
    sync::Arc,
};

/// Receives the messages that are sent to a mock handle, in order.
///
/// Returned by [`ActorHandle::mock`]. A lease is granted when its turn comes; until it ends, only its
/// messages are received.
///
/// Dropping the mailbox stops the mock actor, and calls fail as they do with a real one.
///
/// # Examples
///
/// ```
/// # use actor_runtime::actor;
/// use actor_runtime::ActorHandle;
/// # pub struct Counter(u64);
/// # #[actor]
/// # impl Counter {
/// #     /// Adds `amount` and returns the new total.
/// #     pub fn add(&mut self, amount: u64) -> u64 { self.0 += amount; self.0 }
/// # }
///
/// // The code under test, which only has a handle.
/// async fn add_twice(counter: &CounterHandle) -> u64 {
///     counter.add(1).await.unwrap();
///     counter.add(1).await.unwrap()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (counter, mut messages) = CounterHandle::mock();
/// let test = tokio::spawn(async move { add_twice(&counter).await });
/// for answer in [1, 40] {
///     let Some(CounterMessage::Add { amount: 1, reply }) = messages.recv().await else {
///         panic!("expected `add(1)`");
///     };
///     reply.send(answer);
/// }
/// assert_eq!(test.await.unwrap(), 40);
/// # }
/// ```
pub struct MockMailbox<M: Message> {
    shared: Arc<Shared<M>>,
    /// The lease that is being served.
    lease: Option<Arc<Shared<M>>>,
}

pub(crate) fn pair<H: ActorHandle>(mailbox: Capacity) -> (H, MockMailbox<H::Message>) {
    let shared = Shared::new(None, mailbox);
    ((H::FROM_HANDLE)(Handle::counted(shared.clone())), MockMailbox { shared, lease: None })
}

impl<M: Message> MockMailbox<M> {
    /// Receives the next message.
    ///
    /// Returns `None` once the mailbox is closed (or its handles are dropped) and empty, or the actor was
    /// aborted.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropping the future loses no message.
    pub fn recv(&mut self) -> impl Future<Output = Option<M>> {
        poll_fn(|cx| self.poll_recv(cx))
    }

    /// Receives the next message, if there is one now.
    pub fn try_recv(&mut self) -> Option<M> {
        match self.poll_recv(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(message) => message,
            Poll::Pending => None,
        }
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<M>> {
        if self.shared.exit_reason().is_some() {
            return Poll::Ready(None);
        }
        loop {
            let source = self.lease.as_ref().unwrap_or(&self.shared);
            let Poll::Ready(next) = source.poll_next(cx) else {
                // Checked after the waker was stored: a later `abort` wakes it.
                if self.shared.is_aborted() {
                    self.shared.end(ExitReason::Aborted);
                    return Poll::Ready(None);
                }
                return Poll::Pending;
            };
            match next {
                Next::Message(entry) => return Poll::Ready(Some(entry.message)),
                Next::Abandoned(_) | Next::Event | Next::Panicked(_) => {}
                Next::Lease(lease) => {
                    if self.shared.serve(&lease) {
                        lease.grant();
                        self.lease = Some(lease);
                    }
                }
                Next::Closed if self.lease.take().is_some() => self.shared.end_lease(),
                Next::Closed => {
                    self.shared.end(self.shared.closed_for());
                    return Poll::Ready(None);
                }
            }
        }
    }
}

impl<M: Message> Stream for MockMailbox<M> {
    type Item = M;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<M>> {
        self.get_mut().poll_recv(cx)
    }
}

impl<M: Message> Drop for MockMailbox<M> {
    fn drop(&mut self) {
        self.shared.end(ExitReason::Aborted);
    }
}

opaque_debug!([M: Message] MockMailbox<M>, "MockMailbox", actor = M::ACTOR);
