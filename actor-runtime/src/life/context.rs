//! What a handler can learn about its own actor.

use std::sync::OnceLock;

use crate::{
    debug::opaque_debug,
    handle::weak::WeakHandle,
    life::actor::Actor,
    life::scope::Scope,
    slot::{caller::Caller, marked::Unread, message::Message, reply::Reply, unread::Unreads},
};

/// What a handler may know of its own actor: take it as a parameter, `context: &Context<Self>`.
///
/// It holds no handle, so it keeps no actor alive.
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
    /// Made when it is first asked for: few actors have children.
    children: OnceLock<Scope>,
    /// If answers come back.
    pub(crate) unread: Option<Box<Unreads<A::Undelivered>>>,
}

impl<A: Actor> Context<A> {
    pub(crate) fn new(handle: WeakHandle<A::Handle>, takes_back: bool) -> Self {
        Self {
            handle,
            children: OnceLock::new(),
            unread: takes_back.then(|| Box::new(Unreads::new())),
        }
    }

    /// The actor's own handle, weak: see [`WeakHandle::upgrade`].
    #[must_use]
    pub fn handle(&self) -> &WeakHandle<A::Handle> {
        &self.handle
    }

    /// Whether the message that is handled came through a [lease](crate::ActorHandle::lease), so that
    /// nobody else's comes before the lease ends.
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
    ///     /// Begins a draft, which lasts over several messages: so they must not be anybody's.
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

    /// Stops accepting messages. What was accepted is handled, and then the actor ends.
    pub fn stop(&self) {
        self.handle.close();
    }

    /// The actor's children. They are shut down when the actor has ended, before its end is
    /// reported. An actor that is aborted, or whose loop is dropped, waits for nobody: its children
    /// are aborted then, and may end after it.
    #[must_use]
    pub fn children(&self) -> &Scope {
        self.children.get_or_init(Scope::new)
    }

    /// Answers, so that the answer comes back if nobody reads it.
    ///
    /// # Errors
    ///
    /// The answer, if nobody is there to read it.
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

    /// As [`answer`](Self::answer), for a `fn`: a caller that runs it has its answer right here.
    ///
    /// # Errors
    ///
    /// The answer, if nobody is there to read it.
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

    /// A reply for a handler to keep, whose answer comes back if nobody reads it.
    #[doc(hidden)]
    pub fn keep<T>(
        &self,
        reply: Reply<T>,
        undelivered: impl FnOnce(Unread<T>) -> A::Undelivered,
    ) -> Reply<T> {
        match &self.unread {
            Some(unread) => unread.keep(reply, undelivered),
            None => reply,
        }
    }

    /// Shuts the children down, if there ever were any.
    pub(crate) async fn stop_children(&self) {
        if let Some(children) = self.children.get() {
            children.shutdown().await;
        }
    }
}

opaque_debug!([A: Actor] Context<A>, "Context", actor = A::Message::ACTOR);
