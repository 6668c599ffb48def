//! Handles: the cloneable sending half, its weak twin, and what every handle can do.

pub(crate) mod exited;
pub(crate) mod lease;
pub(crate) mod mock;
pub(crate) mod safety;
pub(crate) mod weak;

use std::fmt;

use crate::{
    call::{Call, dropped::Site, mark::Marked, stream::StreamCall},
    exit::ExitReason,
    handle::{
        exited::{Exited, Shutdown},
        lease::LeaseCall,
        mock::MockMailbox,
        weak::WeakHandle,
    },
    mailbox::{Shared, capacity::Capacity, stats::Stats},
    slot::{message::Message, replies::Replies, reply::Reply},
    sync::Arc,
};

/// What a generated handle holds: one counted reference to a mailbox.
pub struct Handle<M: Message>(pub(crate) Arc<Shared<M>>);

impl<M: Message> Handle<M> {
    /// A call that has not been sent. `message` makes its message around a reply.
    #[inline]
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn call<R, F>(&self, message: F) -> Call<'_, M, R, F>
    where
        F: FnOnce(Reply<R>) -> M,
    {
        Call::new(&self.0, message, Site::here())
    }

    /// As [`call`](Self::call), for a handler that is marked `#[cancel_safe]`.
    pub fn marked_call<R, F>(&self, message: F) -> Call<'_, M, R, F, Marked>
    where
        F: FnOnce(Reply<R>) -> M,
    {
        Call::new(&self.0, message, Site::of_marked())
    }

    /// As [`call`](Self::call), for a handler that answers with a stream.
    pub fn stream<T, F>(&self, message: F) -> StreamCall<'_, M, T, F>
    where
        F: FnOnce(Replies<T>) -> M,
    {
        StreamCall::new(&self.0, message)
    }
}

impl<M: Message> Clone for Handle<M> {
    fn clone(&self) -> Self {
        self.0.add_handle();
        Self(self.0.clone())
    }
}

impl<M: Message> Drop for Handle<M> {
    fn drop(&mut self) {
        if self.0.remove_handle() {
            self.0.close(ExitReason::HandlesDropped);
        }
    }
}

impl<M: Message> fmt::Debug for Handle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut handle = f.debug_struct("Handle");
        handle.field("actor", &M::ACTOR);
        if let Some(name) = &self.0.of_actor().name {
            handle.field("name", name);
        }
        handle.finish_non_exhaustive()
    }
}

/// What every handle can do, whatever its actor's handlers are called.
///
/// It is a trait so that a handler of yours named `close` or `stop` comes first:
/// `handle.close()` is then your message, and `ActorHandle::close(&handle)` is this.
pub trait ActorHandle: Clone + fmt::Debug + Sized + 'static {
    /// What the handle sends.
    type Message: Message;

    #[doc(hidden)]
    fn as_handle(&self) -> &Handle<Self::Message>;

    #[doc(hidden)]
    fn from_handle(handle: Handle<Self::Message>) -> Self;

    /// Has the actor to oneself: what it gives derefs to a handle, whose messages alone are handled
    /// until it is dropped or [released](crate::Lease::release). For what takes several messages that
    /// nobody may come between: a transaction, a sequence of commands.
    ///
    /// Everybody else waits in order, held back by the mailbox as ever. When the lease ends, what was
    /// sent through it is finished, then the actor's `#[on_release]` runs, and only then is anything
    /// else handled. So a holder that goes away in the middle of something leaves nothing behind that
    /// `#[on_release]` does not put right.
    ///
    /// A lease takes its turn, as a message does: it begins when everything accepted before it is
    /// done. `#[on_idle]` runs before it.
    ///
    /// # Errors
    ///
    /// [`CallErrorKind::Closed`](crate::CallErrorKind::Closed) and
    /// [`Stopped`](crate::CallErrorKind::Stopped) if the actor stopped before it was asked, or before the
    /// turn of the lease: an actor that is being shut down begins no lease.
    /// [`WouldDeadlock`](crate::CallErrorKind::WouldDeadlock) in a handler of the actor itself, in a ring
    /// of actors that wait for each other (in debug builds), and through another lease.
    ///
    /// # Cancel safety
    ///
    /// See [`LeaseCall`].
    ///
    /// # Examples
    ///
    /// ```
    /// use actor_runtime::{ActorHandle, actor, spawn};
    ///
    /// #[derive(Default)]
    /// struct Account { balance: i64, draft: i64 }
    ///
    /// #[actor]
    /// impl Account {
    ///     /// Adds `amount` to the draft.
    ///     pub fn add(&mut self, amount: i64) { self.draft += amount }
    ///
    ///     /// Makes the draft the balance.
    ///     pub fn commit(&mut self) { self.balance = self.draft }
    ///
    ///     /// The balance.
    ///     pub fn balance(&self) -> i64 { self.balance }
    ///
    ///     /// Forgets what was not committed.
    ///     #[on_release]
    ///     fn roll_back(&mut self) { self.draft = self.balance }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let account = spawn(Account::default());
    ///
    /// let lease = account.lease().await?;
    /// lease.add(10).await?;
    /// lease.add(-3).await?;
    /// lease.commit().await?;
    /// lease.add(1_000).await?;
    /// drop(lease);
    ///
    /// assert_eq!(account.balance().await?, 7);
    /// # Ok(())
    /// # }
    /// ```
    fn lease(&self) -> LeaseCall<'_, Self> {
        LeaseCall::new(self)
    }

    /// Stops accepting messages, without waiting. What was accepted is still handled; then
    /// `#[on_stop]` runs and the actor ends. Closing twice is fine.
    fn close(&self) {
        self.as_handle().0.of_actor().close(ExitReason::Shutdown);
    }

    /// Closes the mailbox when it is first polled, and waits until the actor has ended.
    ///
    /// # Panics
    ///
    /// If it is awaited by a handler of the actor itself, which would wait for ever. Use
    /// [`Context::stop`](crate::Context::stop) there.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the actor stops whether or not somebody waits for it.
    fn shutdown(&self) -> Shutdown<Self::Message> {
        Shutdown::new(self.exited())
    }

    /// Ends the actor at its next `.await`, without handling what is queued and without
    /// `#[on_stop]`. Every caller gets an error. A handler that does not await is not interrupted.
    fn abort(&self) {
        self.as_handle().0.of_actor().abort();
    }

    /// Waits until the actor has ended, whoever ends it, and says why.
    fn exited(&self) -> Exited<Self::Message> {
        Exited::new(self.as_handle().0.of_actor().clone())
    }

    /// Why the actor ended, if it has.
    fn exit_reason(&self) -> Option<ExitReason> {
        self.as_handle().0.of_actor().exit_reason()
    }

    /// Whether the mailbox is closed: the actor accepts no more messages.
    ///
    /// The actor may still be handling what it accepted before. See
    /// [`exit_reason`](Self::exit_reason) for whether it has ended.
    fn is_closed(&self) -> bool {
        !self.as_handle().0.is_open()
    }

    /// A handle that does not keep the actor alive.
    fn downgrade(&self) -> WeakHandle<Self> {
        WeakHandle(self.as_handle().0.clone())
    }

    /// How many messages are in the mailbox.
    fn mailbox_len(&self) -> usize {
        self.as_handle().0.len()
    }

    /// How many messages the mailbox holds.
    fn mailbox_capacity(&self) -> Capacity {
        self.as_handle().0.capacity()
    }

    /// What the actor is doing right now.
    fn stats(&self) -> Stats {
        self.as_handle().0.of_actor().stats()
    }

    /// The name this actor was given by [`Builder::name`](crate::Builder::name), or else that of
    /// its type.
    fn name(&self) -> &str {
        let shared = self.as_handle().0.of_actor();
        shared.name.as_deref().unwrap_or(Self::Message::ACTOR)
    }

    /// Whether both are handles of one actor.
    fn is_same_actor(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.as_handle().0.of_actor(), other.as_handle().0.of_actor())
    }

    /// A handle without an actor, and the messages it is sent, to test who calls an actor.
    fn mock() -> (Self, MockMailbox<Self::Message>) {
        mock::pair(Capacity::DEFAULT)
    }

    /// As [`mock`](Self::mock), with a mailbox of another size.
    fn mock_with(mailbox: Capacity) -> (Self, MockMailbox<Self::Message>) {
        mock::pair(mailbox)
    }
}

/// The handle of an actor that is [written by hand](crate::by_hand).
impl<M: Message> ActorHandle for Handle<M> {
    type Message = M;

    fn as_handle(&self) -> &Handle<M> {
        self
    }

    fn from_handle(handle: Handle<M>) -> Self {
        handle
    }
}
