//! Handles: the cloneable sending half of a mailbox.
//!
//! A generated handle wraps a [`Handle`] and implements [`ActorHandle`], which has the methods that every
//! handle shares. The mailbox counts its handles, and closes when the last one is dropped.

pub(crate) mod exited;
pub(crate) mod lease;
pub(crate) mod mock;
pub(crate) mod restarted;
pub(crate) mod safety;
pub(crate) mod weak;

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use crate::{
    call::{
        Call,
        dropped::Site,
        lent::{Lent, LentStream},
        mark::Marked,
        request::With,
        stream::StreamCall,
    },
    exit::ExitReason,
    handle::{
        exited::{Exited, Shutdown},
        lease::LeaseCall,
        mock::MockMailbox,
        restarted::Restarted,
        weak::WeakHandle,
    },
    mailbox::{Shared, capacity::Capacity, counted::Counted, stats::Stats},
    slot::{message::Message, replies::Replies, reply::Reply},
    sync::Arc,
    thread::current::ActorId,
};

/// A counted reference to a mailbox, which a generated handle wraps.
///
/// It is the handle of an actor that is [written by hand](crate::by_hand).
pub struct Handle<M: Message>(pub(crate) Counted<M>);

impl<M: Message> Handle<M> {
    /// A handle that was counted before.
    pub(crate) fn counted(shared: Arc<Shared<M>>) -> Self {
        Self(Counted::already(shared))
    }

    /// Returns a call, not sent yet, whose message `message` builds around a reply.
    #[inline]
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn call<R, F>(&self, message: F) -> Call<'_, R, M, F>
    where
        F: FnOnce(Reply<R>) -> M,
    {
        Call::new(&self.0, message, Site::here())
    }

    /// As [`call`](Self::call), for a handler marked `#[cancel_safe]`. `A` is what it takes by value, see
    /// [`Marked`](crate::by_hand::Marked).
    pub fn marked_call<R, F, A>(&self, message: F) -> Call<'_, R, M, F, Marked<A>>
    where
        F: FnOnce(Reply<R>) -> M,
    {
        Call::new(&self.0, message, Site::exempt())
    }

    /// As [`call`](Self::call), with the arguments apart from the function that builds the message of them.
    #[doc(hidden)]
    #[inline]
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn call_with<T, R, F>(&self, arguments: T, make: F) -> Call<'_, R, M, With<T, F>>
    where
        F: FnOnce(T, Reply<R>) -> M,
    {
        Call::new(&self.0, With { arguments, make }, Site::here())
    }

    /// As [`marked_call`](Self::marked_call), with the arguments apart.
    #[doc(hidden)]
    pub fn marked_call_with<T, R, F, A>(
        &self,
        arguments: T,
        make: F,
    ) -> Call<'_, R, M, With<T, F>, Marked<A>>
    where
        F: FnOnce(T, Reply<R>) -> M,
    {
        Call::new(&self.0, With { arguments, make }, Site::exempt())
    }

    /// As [`call`](Self::call), for a handler that answers with a stream.
    pub fn stream<T, F>(&self, message: F) -> StreamCall<'_, T, M, F>
    where
        F: FnOnce(Replies<T>) -> M,
    {
        StreamCall::new(&self.0, message)
    }

    /// As [`call`](Self::call), with a request whose type has a name.
    #[doc(hidden)]
    #[inline]
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn lent_call<A, R>(
        &self,
        arguments: A,
        make: fn(A, Reply<R>) -> M,
    ) -> Call<'_, R, M, Lent<A, M, R>> {
        Call::new(&self.0, Lent::new(arguments, make), Site::here())
    }

    /// As [`marked_call`](Self::marked_call), with a request whose type has a name.
    #[doc(hidden)]
    pub fn marked_lent_call<A, R, O>(
        &self,
        arguments: A,
        make: fn(A, Reply<R>) -> M,
    ) -> Call<'_, R, M, Lent<A, M, R>, Marked<O>> {
        Call::new(&self.0, Lent::new(arguments, make), Site::exempt())
    }

    /// As [`stream`](Self::stream), with a request whose type has a name.
    #[doc(hidden)]
    pub fn lent_stream<A, T>(
        &self,
        arguments: A,
        make: fn(A, Replies<T>) -> M,
    ) -> StreamCall<'_, T, M, LentStream<A, M, T>> {
        StreamCall::new(&self.0, LentStream::new(arguments, make))
    }
}

impl<M: Message> Clone for Handle<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Handles are equal if they belong to the same actor, also through a lease.
impl<M: Message> PartialEq for Handle<M> {
    fn eq(&self, other: &Self) -> bool {
        self.0.id() == other.0.id()
    }
}

impl<M: Message> Eq for Handle<M> {}

impl<M: Message> Hash for Handle<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id().hash(state);
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

/// The methods that all handles have.
///
/// They are in a trait so that handlers take precedence: if an actor has a handler named `close`,
/// `handle.close()` calls it, and `ActorHandle::close(&handle)` closes the mailbox.
pub trait ActorHandle: Clone + fmt::Debug + Sized + 'static {
    /// The message type of the actor.
    type Message: Message;

    #[doc(hidden)]
    const FROM_HANDLE: fn(Handle<Self::Message>) -> Self;

    #[doc(hidden)]
    fn as_handle(&self) -> &Handle<Self::Message>;

    /// Acquires exclusive access to the actor.
    ///
    /// The returned [`Lease`](crate::Lease) derefs to a handle; only its messages are processed until it
    /// is dropped or [released](crate::Lease::release). Use it for several messages that must not be
    /// interleaved with others, such as a transaction.
    ///
    /// Other callers wait in the mailbox meanwhile. When the lease ends, the messages sent through it are
    /// finished, then `#[on_release]` runs, and then the actor continues with its mailbox. So
    /// `#[on_release]` can undo what a holder left unfinished.
    ///
    /// A lease is queued like a message: it begins when everything that was accepted before it has been
    /// handled. `#[on_idle]` runs before it.
    ///
    /// # Errors
    ///
    /// - [`CallErrorKind::Closed`](crate::CallErrorKind::Closed) if the mailbox is closed.
    /// - [`CallErrorKind::Stopped`](crate::CallErrorKind::Stopped) if the actor stops before the turn of
    ///   the lease. An actor that shuts down begins no lease.
    /// - [`CallErrorKind::WouldDeadlock`](crate::CallErrorKind::WouldDeadlock) in a handler of the same
    ///   actor, on the handle of another lease, and if the wait would close a ring of actors that wait
    ///   for each other.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: dropping the future loses its place in the queue. See [`LeaseCall`].
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
    ///     /// Stores the draft as the balance.
    ///     pub fn commit(&mut self) { self.balance = self.draft }
    ///
    ///     /// Returns the balance.
    ///     pub fn balance(&self) -> i64 { self.balance }
    ///
    ///     /// Discards an uncommitted draft.
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

    /// Closes the mailbox, without waiting for the actor to end.
    ///
    /// No more messages are accepted. Those already accepted are handled, then `#[on_stop]` runs and the
    /// actor ends. Has no effect if the mailbox is already closed.
    fn close(&self) {
        self.as_handle().0.of_actor().close(ExitReason::Shutdown);
    }

    /// Closes the mailbox and waits until the actor has ended.
    ///
    /// The first poll of the returned future closes the mailbox, as [`close`](Self::close) does.
    ///
    /// # Panics
    ///
    /// The returned future panics if it is polled in a handler of the same actor, which would wait
    /// forever. Use [`Context::stop`](crate::Context::stop) there.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the actor ends even if the future is dropped.
    fn shutdown(&self) -> Shutdown<Self::Message> {
        Shutdown::new(self.exited())
    }

    /// Ends the actor at its next `.await`, without waiting.
    ///
    /// Queued messages are not handled, `#[on_stop]` does not run, and every pending call returns an error.
    /// A handler that does not await is not interrupted.
    fn abort(&self) {
        self.as_handle().0.of_actor().abort();
    }

    /// Waits until the actor has ended, for whatever reason, and returns the reason.
    ///
    /// # Panics
    ///
    /// The returned future panics if it is polled in a handler of the same actor, which would wait
    /// forever.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the reason can be waited for again.
    fn exited(&self) -> Exited<Self::Message> {
        Exited::new(self.as_handle().0.of_actor().clone())
    }

    /// Waits until the actor has been [restarted](crate::RestartBuilder), and returns which of its lives has
    /// started and why the one before it ended.
    ///
    /// The future counts restarts from the call of this method on, not from its first poll. It is ready when
    /// `#[on_start]` of the new life has succeeded. By then every call that the life before owed an answer has
    /// completed: a task that awaits both, in whatever order, never finds one of those pending. The first
    /// message that the new life handles was not answered yet.
    ///
    /// To miss no restart, call this method again before acting on one.
    ///
    /// # Errors
    ///
    /// The returned future resolves to the exit reason if the actor ends instead.
    ///
    /// # Panics
    ///
    /// The returned future panics if it is polled in a handler of the same actor, which would wait forever.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: if it is dropped, nothing is lost but the moment from which it counts.
    ///
    /// # Examples
    ///
    /// ```
    /// # use actor_runtime::{actor, ActorHandle};
    /// # struct Feed;
    /// # #[actor]
    /// # impl Feed {
    /// #     /// Subscribes.
    /// #     pub fn subscribe(&mut self) {}
    /// # }
    /// /// Subscribes in each life of `feed`.
    /// async fn stay_subscribed(feed: FeedHandle) {
    ///     loop {
    ///         let restarted = feed.restarted();
    ///         // If this fails because of a panic, a restart follows.
    ///         let _ = feed.subscribe().await;
    ///         if restarted.await.is_err() {
    ///             return;
    ///         }
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let feed = actor_runtime::spawn(Feed);
    /// # feed.close();
    /// # stay_subscribed(feed).await;
    /// # }
    /// ```
    fn restarted(&self) -> Restarted<Self::Message> {
        Restarted::new(self.as_handle().0.of_actor().clone())
    }

    /// Returns why the actor ended, or `None` if it has not ended.
    fn exit_reason(&self) -> Option<ExitReason> {
        self.as_handle().0.of_actor().exit_reason()
    }

    /// Returns `true` if the mailbox is closed: the actor accepts no more messages.
    ///
    /// The actor may still be handling messages that it accepted before. Use
    /// [`exit_reason`](Self::exit_reason) to find out whether it has ended.
    fn is_closed(&self) -> bool {
        !self.as_handle().0.is_open()
    }

    /// Returns a handle that does not keep the actor alive.
    fn downgrade(&self) -> WeakHandle<Self> {
        WeakHandle(Arc::clone(&self.as_handle().0))
    }

    /// Returns the number of messages in the mailbox.
    fn mailbox_len(&self) -> usize {
        self.as_handle().0.len()
    }

    /// Returns the capacity of the mailbox.
    fn mailbox_capacity(&self) -> Capacity {
        self.as_handle().0.capacity()
    }

    /// Returns what the actor is doing now, and how many messages it has handled.
    fn stats(&self) -> Stats {
        self.as_handle().0.of_actor().stats()
    }

    /// Returns the name set with [`Builder::name`](crate::Builder::name), or the name of the actor's type.
    fn name(&self) -> &str {
        let shared = self.as_handle().0.of_actor();
        shared.name.as_deref().unwrap_or(Self::Message::ACTOR)
    }

    /// Returns the id of the actor, which no other actor of this process has or will have.
    ///
    /// Ids of actors of different types differ as well. The handle of a lease has the id of its actor. Prefer
    /// an id to a handle as the key of a map: a handle in a map keeps its actor alive.
    fn id(&self) -> ActorId {
        self.as_handle().0.id()
    }

    /// Returns `true` if both handles belong to the same actor.
    fn is_same_actor(&self, other: &Self) -> bool {
        self.id() == other.id()
    }

    /// Returns a handle without an actor, and a mailbox that receives its messages.
    ///
    /// For tests of code that calls an actor. See [`MockMailbox`].
    fn mock() -> (Self, MockMailbox<Self::Message>) {
        mock::pair(Capacity::DEFAULT)
    }

    /// As [`mock`](Self::mock), with a mailbox of the given capacity.
    fn mock_with(mailbox: Capacity) -> (Self, MockMailbox<Self::Message>) {
        mock::pair(mailbox)
    }
}

impl<M: Message> ActorHandle for Handle<M> {
    type Message = M;
    const FROM_HANDLE: fn(Self) -> Self = |handle| handle;

    fn as_handle(&self) -> &Handle<M> {
        self
    }
}
