//! The [`Context`] that handlers and hooks receive.

use std::sync::OnceLock;

use crate::{
    debug::opaque_debug,
    handle::weak::WeakHandle,
    life::actor::Actor,
    life::scope::Scope,
    slot::{
        caller::Caller, marked::Unread, message::Message, reply::Reply, unread::Unreads,
        watch::Watch,
    },
};

/// What a handler can access of its own actor: a weak handle, the children, and the mailbox.
///
/// A handler or hook receives it by declaring a parameter `context: &Context<Self>`. It contains a
/// weak handle only, so it does not keep the actor alive.
///
/// # Examples
///
/// ```
/// use actor_runtime::{ActorHandle, Context, actor, spawn};
///
/// struct Countdown(u32);
///
/// #[actor]
/// impl Countdown {
///     /// Counts down, and stops the actor at zero.
///     pub fn tick(&mut self, context: &Context<Self>) {
///         self.0 -= 1;
///         if self.0 == 0 {
///             context.stop();
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let countdown = spawn(Countdown(2));
/// countdown.tick().await?;
/// countdown.tick().await?;
/// countdown.exited().await;
/// assert!(countdown.tick().await.is_err());
/// # Ok(())
/// # }
/// ```
pub struct Context<A: Actor> {
    handle: WeakHandle<A::Handle>,
    children: Children,
    /// `Some` if the actor takes unread answers back.
    pub(crate) unread: Option<Box<Unreads<A::Undelivered>>>,
}

impl<A: Actor> Context<A> {
    pub(crate) fn new(handle: WeakHandle<A::Handle>, takes_back: bool) -> Self {
        Self {
            handle,
            children: Children(OnceLock::new()),
            unread: takes_back.then(|| Box::new(Unreads::new())),
        }
    }

    /// Returns a weak handle to this actor. See [`WeakHandle::upgrade`].
    #[must_use]
    pub fn handle(&self) -> &WeakHandle<A::Handle> {
        &self.handle
    }

    /// Returns `true` if the current message was sent through a [lease](crate::ActorHandle::lease).
    ///
    /// No other caller's message is handled before that lease ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use actor_runtime::{ActorHandle, Context, actor, spawn};
    ///
    /// #[derive(Default)]
    /// struct Account { balance: i64, draft: Option<i64> }
    ///
    /// #[actor]
    /// impl Account {
    ///     /// Begins a draft. It spans several messages, so only the holder of a lease may do so.
    ///     pub fn begin(&mut self, context: &Context<Self>) -> bool {
    ///         if context.is_leased() { self.draft = Some(self.balance) }
    ///         self.draft.is_some()
    ///     }
    ///
    ///     #[on_release]
    ///     fn drop_draft(&mut self) { self.draft = None }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let account = spawn(Account::default());
    /// assert!(!account.begin().await?);
    /// assert!(account.lease().await?.begin().await?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_leased(&self) -> bool {
        self.handle.0.is_leased()
    }

    /// Returns a [`Watch`], which tells a callback whether the actor was [aborted](crate::ActorHandle::abort).
    ///
    /// An abort takes effect when the handler that runs waits or returns. One that blocks can ask, and
    /// return early. A shutdown lets handlers finish, and does not close the watch.
    ///
    /// # Examples
    ///
    /// ```
    /// use actor_runtime::{ActorHandle, Context, ExitReason, actor, spawn_thread};
    ///
    /// struct Worker;
    ///
    /// #[actor]
    /// impl Worker {
    ///     /// Works until the actor is aborted.
    ///     pub fn work(&mut self, context: &Context<Self>) {
    ///         let watch = context.watch();
    ///         while !watch.is_closed() { std::thread::yield_now() }
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let worker = spawn_thread(|| Worker)?;
    /// worker.work().cast_blocking()?;
    /// worker.abort();
    /// assert_eq!(worker.exited().blocking(), ExitReason::Aborted);
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch(&self) -> Watch
    where
        WeakHandle<A::Handle>: Send + Sync,
    {
        let handle = self.handle.clone();
        Watch::asking(move || handle.is_aborted())
    }

    /// Times the start of every further handler, as [`Builder::timed`](crate::Builder::timed) does, so that
    /// [`Stats::running`](crate::Stats::running) is exact from the first time that the statistics are read.
    ///
    /// Call it in `#[on_start]` of an actor whose handlers may take long, such as one that runs queries, so that
    /// those who start it need not think of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::mpsc;
    ///
    /// use actor_runtime::{ActorHandle, Context, actor, spawn_thread};
    ///
    /// struct Worker;
    ///
    /// #[actor]
    /// impl Worker {
    ///     #[on_start]
    ///     fn begin(&mut self, context: &Context<Self>) {
    ///         context.time_handlers();
    ///     }
    ///
    ///     /// Waits for `end`.
    ///     pub fn work(&mut self, begun: mpsc::Sender<()>, end: mpsc::Receiver<()>) {
    ///         let _ = begun.send(());
    ///         let _ = end.recv();
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let worker = spawn_thread(|| Worker)?;
    /// let ((begun, has_begun), (_end, end)) = (mpsc::channel(), mpsc::channel());
    /// worker.work(begun, end).cast_blocking()?;
    /// has_begun.recv()?;
    /// let (method, time) = worker.stats().running.unwrap();
    /// assert_eq!(method, "work");
    /// assert!(time.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn time_handlers(&self) {
        self.handle.time_handlers();
    }

    /// Closes the mailbox.
    ///
    /// Messages that were accepted before are handled, and then the actor ends.
    pub fn stop(&self) {
        self.handle.close();
    }

    /// Returns the scope of this actor's children.
    ///
    /// The children are shut down after the last handler and hook of the actor, and before its end is
    /// reported, with the default deadline of a scope, ten seconds. If the actor is aborted or its loop
    /// is dropped, they are aborted instead, and may end after it.
    #[must_use]
    pub fn children(&self) -> &Scope {
        self.children.0.get_or_init(|| {
            let children = Scope::new();
            self.handle.0.set_children(children.downgrade());
            children
        })
    }

    /// Sends `answer`, which comes back if it is not read.
    ///
    /// # Errors
    ///
    /// Returns the answer if the caller has gone.
    #[doc(hidden)]
    pub fn answer<T>(
        &self,
        reply: Reply<T>,
        answer: T,
        undelivered: impl FnOnce(Unread<T>) -> A::Undelivered,
    ) -> Result<(), T> {
        match &self.unread {
            Some(unread) => unread.answer(reply, answer, undelivered),
            None => reply.send_or_return(answer),
        }
    }

    /// Like [`answer`](Self::answer), for a `fn`, whose `caller` may be running it on its own thread.
    ///
    /// # Errors
    ///
    /// Returns the answer if the caller has gone.
    #[doc(hidden)]
    pub fn answer_now<T>(
        &self,
        caller: Caller<'_>,
        reply: Reply<T>,
        answer: T,
        undelivered: impl FnOnce(Unread<T>) -> A::Undelivered,
    ) -> Result<(), T> {
        match caller.take(answer) {
            Some(answer) => self.answer(reply, answer, undelivered),
            None => Ok(()),
        }
    }

    /// Returns a reply for a handler to keep, whose answer comes back if it is not read.
    #[doc(hidden)]
    pub fn keep<T>(
        &self,
        reply: Reply<T>,
        undelivered: impl FnOnce(Unread<T>) -> A::Undelivered,
    ) -> Reply<T> {
        match &self.unread {
            Some(unread) => unread.track(reply, undelivered),
            None => reply,
        }
    }

    /// Shuts down the children, if there have been any.
    pub(crate) async fn stop_children(&self) {
        if let Some(children) = self.children.0.get() {
            children.shut_down_for_parent().await;
        }
    }
}

/// The scope of an actor's children. It ends with the actor, also if others have clones of it.
///
/// Created on first use, since few actors have children.
struct Children(OnceLock<Scope>);

impl Drop for Children {
    fn drop(&mut self) {
        if let Some(children) = self.0.get() {
            children.abort();
        }
    }
}

opaque_debug!([A: Actor] Context<A>, "Context", actor = A::Message::ACTOR);
