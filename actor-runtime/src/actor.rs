//! The traits that `#[actor]` implements, and what a handler is given to know of its own actor.

use std::{convert::Infallible, fmt, future::Future, num::NonZeroUsize, sync::OnceLock};

use crate::{
    cancel_safe::First,
    exit::Exit,
    handle::{ActorHandle, WeakHandle},
    reply::{Caller, PendingReply, Reply, Unread, private::Link},
    run::{Found, Incoming, Loop, Mailbox, Selected},
    scope::Scope,
    unread::Unreads,
};

/// A type whose `pub` methods are messages. `#[actor]` implements it.
///
/// The hooks default to doing nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the `impl {Self}` whose `pub` methods are to be its messages"
)]
pub trait Actor: Sized + 'static {
    /// One variant per handler.
    type Message: Message;
    /// The handle: one method per handler.
    type Handle: ActorHandle<Message = Self::Message>;
    /// What [`on_start`](Self::on_start) fails with; [`Infallible`] if it cannot.
    type StartError: 'static;
    /// An answer that comes back, one variant per handler that is marked
    /// `#[cancel_safe(undelivered = ..)]`; [`Infallible`] if there is none.
    type Undelivered: 'static;
    /// How many messages the mailbox holds.
    const MAILBOX: Capacity = Capacity::DEFAULT;

    /// Runs before the first message, and with [`start`](crate::start) before the handle is given
    /// out.
    fn on_start(
        &mut self,
        context: &Context<Self>,
    ) -> impl Future<Output = Result<(), Self::StartError>> {
        let _ = context;
        async { Ok(()) }
    }

    /// Runs the handler of `message`, a `fn`: in the loop, or on the thread of a caller.
    fn dispatch_now(
        &mut self,
        message: Self::Message,
        context: &Context<Self>,
        caller: Caller<'_>,
    ) {
        let _ = (message, context, caller);
    }

    /// Runs the handler of `message`, an `async fn`. Final messages go to [`finish`](Self::finish)
    /// instead.
    fn dispatch(
        &mut self,
        message: Self::Message,
        context: &Context<Self>,
    ) -> impl Future<Output = ()> {
        let _ = (message, context);
        async {}
    }

    /// Runs the handler of a final message, which takes the actor itself.
    fn finish(self, message: Self::Message, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = (message, context);
        async {}
    }

    /// Whether any answer comes back. If not, nothing is done for it.
    const TAKES_BACK: bool = false;

    /// Runs the method that takes an answer back.
    fn take_back(&mut self, undelivered: Self::Undelivered) {
        drop(undelivered);
    }

    /// Whether [`on_idle`](Self::on_idle) does anything. If not, it is not run.
    const HAS_ON_IDLE: bool = false;

    /// Runs whenever the mailbox has just run empty, before a lease begins, and where messages never
    /// end, after every 128 of them.
    fn on_idle(&mut self, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }

    /// The handlers of the events that the actor waits for beside its messages.
    const SOURCES: &'static [&'static str] = &[];

    /// Whether messages or events come first.
    #[doc(hidden)]
    const FIRST: First = First::Neither;

    /// Looks for the next message; or waits for it, beside the sources. A type has the one or the
    /// other, so that an actor without sources has no future with the wait in it.
    #[doc(hidden)]
    fn next(life: &mut Loop<'_, Self>) -> impl Future<Output = Found<Self::Message>> {
        life.look()
    }

    /// Waits for the next message or event, and runs the handler of an event. Without
    /// [`SOURCES`](Self::SOURCES) it is not run.
    #[doc(hidden)]
    fn select(
        &mut self,
        incoming: &mut Incoming<'_, Self::Message>,
        context: &Context<Self>,
    ) -> impl Future<Output = Selected<Self::Message>> {
        let _ = context;
        incoming.messages.next()
    }

    /// Runs when a lease has ended, before anything else is handled.
    fn on_release(&mut self, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }

    /// Runs after the last message, if the actor ends in order and no `self` handler ended it.
    fn on_stop(&mut self, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }
}

/// An actor whose loop may go to another thread: all of it can be sent.
///
/// `#[actor]` implements it, unless it is told that the actor is `local`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no actor that may leave the thread it was made on",
    label = "cannot be started here",
    note = "if it is `#[actor(local)]`, start it with `spawn_thread(|| ..)`, `spawn_local(..)` or `pair(..)`, or take `local` out",
    note = "if it is no actor yet, put `#[actor]` on the `impl {Self}` with its handlers"
)]
pub trait Spawn: Actor {
    /// The loop: takes messages and runs their handlers until the actor ends.
    fn run(self, mailbox: Mailbox<Self>) -> impl Future<Output = Exit<Self>> + Send;
}

/// An actor that cannot fail to start, so that its handle can be given out before it has.
#[diagnostic::on_unimplemented(
    message = "this actor may fail to start with a `{Self}`, so its handle cannot be given out yet",
    label = "may fail to start",
    note = "use `start` in the place of `spawn`, and await the handle or the error: `start(actor).await?`",
    note = "in a scope that is `scope.start(actor).await?`, and on a thread of its own `Builder::new().start_thread(|| Ok(..)).await?`"
)]
pub trait CannotFail {}

#[diagnostic::do_not_recommend]
impl CannotFail for Infallible {}

/// A generated message enum.
pub trait Message: Sized + 'static {
    /// The name of the actor's type, for errors, logs and threads.
    const ACTOR: &'static str;
    /// The actor while it is idle, for callers to run its handlers. [`Infallible`] if they run in the
    /// loop only.
    type AtRest: 'static;

    /// What is to be known of a message before its handler runs.
    fn envelope(&self) -> Envelope<'_>;
}

/// What the loop has to know of a message: whose it is, and who waits for it.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    method: &'static str,
    reply: &'a dyn PendingReply,
    run_abandoned: bool,
    is_async: bool,
    is_final: bool,
}

impl<'a> Envelope<'a> {
    /// A message for the handler `method`, whose answer goes to `reply`.
    #[must_use]
    pub fn new(method: &'static str, reply: &'a dyn PendingReply) -> Self {
        Self { method, reply, run_abandoned: false, is_async: false, is_final: false }
    }

    /// The handler runs even if its caller has gone: `#[handler(run_abandoned)]`.
    #[must_use]
    pub fn run_abandoned(self) -> Self {
        Self { run_abandoned: true, ..self }
    }

    /// The handler is an `async fn`.
    #[must_use]
    pub fn is_async(self) -> Self {
        Self { is_async: true, ..self }
    }

    /// The handler takes `self`, so it is the last.
    #[must_use]
    pub fn is_final(self) -> Self {
        Self { is_final: true, ..self }
    }

    /// The name of the handler.
    #[must_use]
    pub fn method(self) -> &'static str {
        self.method
    }

    pub(crate) fn awaits(&self) -> bool {
        self.is_async
    }

    /// Whether the handler is over within one poll, and not the last.
    pub(crate) fn is_now(&self) -> bool {
        !self.is_async && !self.is_final
    }

    pub(crate) fn ends_the_actor(&self) -> bool {
        self.is_final
    }

    pub(crate) fn is_to_be_skipped(&self) -> bool {
        !self.run_abandoned && self.reply.is_abandoned()
    }

    pub(crate) fn link(&self) -> Option<Link> {
        self.reply.link()
    }

    pub(crate) fn address(&self) -> Option<usize> {
        self.reply.address()
    }

    pub(crate) fn stopped(&self) {
        self.reply.stopped();
    }
}

impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").field("method", &self.method).finish_non_exhaustive()
    }
}

/// How many messages a mailbox holds before it holds its senders back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity(Option<NonZeroUsize>);

impl Capacity {
    /// What an actor has that says nothing: 64 messages.
    pub const DEFAULT: Self = Self::bounded(64);

    /// As many as there is memory for. A sender is never held back, so something else has to be.
    pub const UNBOUNDED: Self = Self(None);

    /// At most `messages`.
    ///
    /// # Panics
    ///
    /// If `messages` is zero: nobody could ever send. In a constant, as `#[actor(mailbox = ..)]`
    /// makes it, that is a compile error.
    #[must_use]
    pub const fn bounded(messages: usize) -> Self {
        match NonZeroUsize::new(messages) {
            Some(messages) => Self(Some(messages)),
            None => panic!("a mailbox holds at least one message"),
        }
    }

    /// The number of messages, or `None` if there is no bound.
    #[must_use]
    pub const fn messages(self) -> Option<usize> {
        match self.0 {
            Some(messages) => Some(messages.get()),
            None => None,
        }
    }

    pub(crate) fn limit(self) -> usize {
        self.0.map_or(usize::MAX, NonZeroUsize::get)
    }
}

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
    pub(crate) fn new(handle: WeakHandle<A::Handle>) -> Self {
        Self {
            handle,
            children: OnceLock::new(),
            unread: A::TAKES_BACK.then(|| Box::new(Unreads::new())),
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

impl<A: Actor> fmt::Debug for Context<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("actor", &A::Message::ACTOR).finish_non_exhaustive()
    }
}
