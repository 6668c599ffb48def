//! The [`Builder`]: where an actor is started, and with which settings.

use std::{future::Future, io, sync::Arc as StdArc};

use crate::{
    exit::OnPanic,
    handle::{ActorHandle, Handle, weak::WeakHandle},
    life::{
        drive::{Drive, DriveNow, Spawn, SpawnNow},
        exit::Exit,
        launch::map,
        message_loop::MESSAGES_PER_POLL,
        restart::{Restarts, builder::RestartBuilder},
        run::Mailbox,
        starting::{CannotFail, Running, StartState, Starting},
    },
    mailbox::{Shared, capacity::Capacity},
    slot as reply,
    slot::message::Message,
    thread::home::{self, Home},
};

/// Starts actors with a name, capacity or policy other than the default.
///
/// # Examples
///
/// ```
/// # use actor_runtime::{ActorHandle, actor};
/// use actor_runtime::{Builder, Capacity};
/// # struct Counter { total: u64 }
/// # #[actor]
/// # impl Counter {
/// #     /// Adds `amount` and returns the new total.
/// #     pub fn add(&mut self, amount: u64) -> u64 { self.total += amount; self.total }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let counter = Builder::new()
///     .name("visitors")
///     .mailbox(Capacity::bounded(8))
///     .spawn(Counter { total: 0 });
/// assert_eq!(counter.name(), "visitors");
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until an actor is started with it"]
pub struct Builder {
    pub(super) name: Option<StdArc<str>>,
    mailbox: Option<Capacity>,
    on_panic: OnPanic,
    pub(super) stack_size: Option<usize>,
    pub(super) batch: usize,
    is_queued: bool,
    is_timed: bool,
    pub(super) runtime: Option<tokio::runtime::Handle>,
}

impl Builder {
    /// Creates a builder with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name of the actor and of its own thread, if it has one. Defaults to the name of its
    /// type.
    pub fn name(self, name: impl Into<StdArc<str>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Sets the capacity of the mailbox, overriding `#[actor(mailbox = ..)]`.
    pub fn mailbox(self, capacity: Capacity) -> Self {
        Self { mailbox: Some(capacity), ..self }
    }

    /// Sets what happens when a handler panics. By default the actor ends.
    pub fn on_panic(self, on_panic: OnPanic) -> Self {
        Self { on_panic, ..self }
    }

    /// Sets the stack size of the actor's own thread, in bytes.
    pub fn stack_size(self, bytes: usize) -> Self {
        Self { stack_size: Some(bytes), ..self }
    }

    /// Sets the maximum number of messages in a batch, for an actor on its own thread with many callers
    /// and short handlers. `0` (the default) disables batching; values are capped at 128.
    ///
    /// A batch consists of the messages that are in the mailbox when the actor polls it. After each
    /// batch `#[on_idle]` runs, and then the callers that were answered in it are woken together. If
    /// handlers take no longer than a wake-up, a few microseconds, this is much faster than waking each
    /// caller separately. Handlers can share work within a batch: see the [`batch` module](crate::batch).
    ///
    /// In exchange, a caller may be woken later than its answer is ready: after the first of
    ///
    /// - the end of the batch;
    /// - the end of the handler that is running when half a millisecond has passed;
    /// - a wait of the thread: for a message, in a handler that awaits, or in a `blocking()`;
    /// - a call to [`wake_callers`](crate::batch::wake_callers), which long handlers should make;
    /// - the end of the actor.
    ///
    /// Do *not* use it if a handler occasionally takes long without calling `wake_callers`, or blocks
    /// until a caller that the actor has just answered does something.
    ///
    /// A batching thread also spins for some microseconds before it parks, if that has recently
    /// helped and no other thread needs the core.
    ///
    /// This setting applies only to actors started by [`spawn_thread`](Self::spawn_thread) or
    /// [`start_thread`](Self::start_thread). It does not change the order in which messages are
    /// handled.
    ///
    /// # Examples
    ///
    /// See the [`batch` module](crate::batch).
    pub fn batch(self, limit: usize) -> Self {
        Self { batch: limit.min(MESSAGES_PER_POLL), ..self }
    }

    /// Sets whether `fn` handlers may run inline, in the tasks of their callers. Defaults to `true`. With
    /// `false`, every call is queued, as with `#[actor(inline = false)]`.
    ///
    /// The environment variable `ACTOR_INLINE`, set to `false`, overrides this for all actors of a program, also
    /// those of a [`Scope`](crate::Scope). It is read once, in debug builds only. So
    /// [tests can run both ways](crate::_performance#testing-both-ways).
    pub fn inline(self, inline: bool) -> Self {
        Self { is_queued: !inline, ..self }
    }

    /// Sets whether the start of every handler is timed, so that [`Stats::running`](crate::Stats::running) is exact
    /// from the first time that the statistics are read. Defaults to `false`: the clock is read for each message
    /// only once the statistics have been read.
    ///
    /// Use it where a handler may be stuck before anyone has looked, for example for an actor on its own thread
    /// that runs queries. A reading of the clock takes about 25 ns. An actor can do this itself, with
    /// [`Context::time_handlers`](crate::Context::time_handlers).
    pub fn timed(self, timed: bool) -> Self {
        Self { is_timed: timed, ..self }
    }

    /// Sets the tokio runtime of the actor, instead of the current one.
    pub fn on(self, runtime: tokio::runtime::Handle) -> Self {
        Self { runtime: Some(runtime), ..self }
    }

    /// Restarts the actor after a panic, as often as `restarts` allows.
    ///
    /// The returned builder has the same ways to start an actor. They take a factory, which makes the state
    /// of each life, in the place of the actor.
    pub fn restart(self, restarts: Restarts) -> RestartBuilder {
        RestartBuilder::new(self, restarts)
    }

    /// Starts `actor` as a task. See [`spawn`](crate::spawn()).
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, unless one was passed to [`on`](Self::on).
    #[track_caller]
    pub fn spawn<A: SpawnNow<Handle = H>, H: ActorHandle>(self, actor: A) -> H {
        self.spawn_with(|_| actor)
    }

    /// Starts the actor that `make` returns as a task. See [`spawn_with`](crate::spawn_with()).
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, unless one was passed to [`on`](Self::on), and if `make` does.
    #[track_caller]
    pub fn spawn_with<A>(self, make: impl FnOnce(WeakHandle<A::Handle>) -> A) -> A::Handle
    where
        A: Spawn<StartError: CannotFail>,
    {
        let (handle, mailbox) = self.mailbox_of_task::<A>();
        let run = mailbox.make(make).run(mailbox);
        self.task(A::Message::ACTOR, map(run, drop));
        handle
    }

    /// Like [`spawn`](Self::spawn), and also returns a future of the actor's [`Exit`].
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, unless one was passed to [`on`](Self::on).
    #[track_caller]
    pub fn spawn_returning<A>(self, actor: A) -> (A::Handle, Running<A>)
    where
        A: Spawn<StartError: CannotFail + Send> + Send,
    {
        self.spawn_returning_with(|_| actor)
    }

    /// Like [`spawn_with`](Self::spawn_with), and also returns a future of the actor's [`Exit`].
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, unless one was passed to [`on`](Self::on), and if `make` does.
    #[track_caller]
    pub fn spawn_returning_with<A>(
        self,
        make: impl FnOnce(WeakHandle<A::Handle>) -> A,
    ) -> (A::Handle, Running<A>)
    where
        A: Spawn<StartError: CannotFail + Send> + Send,
    {
        let (handle, mut mailbox) = self.mailbox_of_task::<A>();
        mailbox.keeps_actor = true;
        let (sender, receiver) = reply::slot(None);
        let run = mailbox.make(make).run(mailbox);
        self.task(A::Message::ACTOR, map(run, |exit| sender.send(exit)));
        (handle, Running(receiver))
    }

    /// Starts `actor` as a task, and waits until it has started. See [`start`](crate::start()).
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, unless one was passed to [`on`](Self::on).
    #[track_caller]
    pub fn start<A, H, E>(self, actor: A) -> Starting<H, E>
    where
        A: Spawn<Handle = H, StartError = E>,
        H: ActorHandle,
        E: Send + 'static,
    {
        self.start_with(|_| actor)
    }

    /// Starts the actor that `make` returns as a task, and waits until it has started.
    ///
    /// `make` is called at once, with a weak handle to the actor.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, unless one was passed to [`on`](Self::on), and if `make` does.
    #[track_caller]
    pub fn start_with<A>(
        self,
        make: impl FnOnce(WeakHandle<A::Handle>) -> A,
    ) -> Starting<A::Handle, A::StartError>
    where
        A: Spawn<StartError: Send>,
    {
        let (handle, mut mailbox) = self.mailbox_of_task::<A>();
        let actor = mailbox.make(make);
        let (started, receiver) = reply::slot(None);
        mailbox.started = Some(started);
        let run = actor.run(mailbox);
        self.task(A::Message::ACTOR, map(run, drop));
        Starting { handle: Some(handle), outcome: StartState::Awaited(receiver), place: None }
    }

    /// Starts an actor on a thread of its own. See [`spawn_thread`](crate::spawn_thread()).
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system fails to create a thread.
    pub fn spawn_thread<A>(self, make: impl FnOnce() -> A + Send + 'static) -> io::Result<A::Handle>
    where
        A: Drive<StartError: CannotFail + Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        self.spawn_thread_with(|_| make())
    }

    /// Starts an actor on a thread of its own. `make` is called on that thread, with a weak handle to the
    /// actor.
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system fails to create a thread.
    pub fn spawn_thread_with<A>(
        self,
        make: impl FnOnce(WeakHandle<A::Handle>) -> A + Send + 'static,
    ) -> io::Result<A::Handle>
    where
        A: Drive<StartError: CannotFail + Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let (handle, mailbox) = self.mailbox_of::<A>();
        self.thread(mailbox, |mailbox, worker| {
            mailbox.make_and_run_here(worker, |me| Ok(make(me)));
        })?;
        Ok(handle)
    }

    /// Starts an actor on a thread of its own, and waits until it has started: `make` has returned it
    /// on that thread, and `#[on_start]` has succeeded.
    ///
    /// The error of the closure is of the same type as that of `#[on_start]`. Without that hook, an actor has no
    /// error to start with (its `StartError` is [`Infallible`](std::convert::Infallible)), and the compiler reports
    /// a mismatch for a closure that returns one. Give such an actor the hook, which may be empty.
    ///
    /// In synchronous code, use [`Starting::blocking`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{fs::File, io};
    ///
    /// use actor_runtime::{Builder, StartError, actor};
    ///
    /// struct Log(File);
    ///
    /// #[actor]
    /// impl Log {
    ///     /// Returns the size of the file.
    ///     pub fn size(&self) -> io::Result<u64> { Ok(self.0.metadata()?.len()) }
    ///
    ///     #[on_start] // names the error of the start
    ///     fn opened(&mut self) -> Result<(), io::Error> { Ok(()) }
    /// }
    ///
    /// let log = Builder::new().start_thread(|| Ok(Log(File::open("/no/such/file")?))).blocking();
    /// assert!(matches!(log, Err(StartError::Failed(error)) if error.kind() == io::ErrorKind::NotFound));
    /// ```
    ///
    /// Without the hook, this does not compile ("type mismatch resolving `<Log as Actor>::StartError == Error`"):
    ///
    /// ```compile_fail,E0271
    /// # use std::{fs::File, io};
    /// # use actor_runtime::{Builder, actor};
    /// # struct Log(File);
    /// # #[actor]
    /// # impl Log {
    /// #     /// Returns the size of the file.
    /// #     pub fn size(&self) -> io::Result<u64> { Ok(self.0.metadata()?.len()) }
    /// # }
    /// fn open() -> io::Result<Log> { Ok(Log(File::open("/no/such/file")?)) }
    ///
    /// let log = Builder::new().start_thread(|| open()).blocking();
    /// ```
    pub fn start_thread<A>(
        self,
        make: impl FnOnce() -> Result<A, A::StartError> + Send + 'static,
    ) -> Starting<A::Handle, A::StartError>
    where
        A: Drive<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        self.start_thread_with(|_| make())
    }

    /// Starts an actor on a thread of its own, and waits until it has started. `make` is called on that
    /// thread, with a weak handle to the actor.
    pub fn start_thread_with<A>(
        self,
        make: impl FnOnce(WeakHandle<A::Handle>) -> Result<A, A::StartError> + Send + 'static,
    ) -> Starting<A::Handle, A::StartError>
    where
        A: Drive<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        let (started, receiver) = reply::slot(None);
        mailbox.started = Some(started);
        let run = |mailbox: Mailbox<A>, worker| mailbox.make_and_run_here(worker, make);
        let outcome = match self.thread(mailbox, run) {
            Ok(()) => StartState::Awaited(receiver),
            Err(error) => StartState::NoThread(error),
        };
        Starting { handle: Some(handle), outcome, place: None }
    }

    /// Starts `actor` as a local task. See [`spawn_local`](crate::spawn_local()).
    ///
    /// # Panics
    ///
    /// Panics outside of a [`LocalSet`](tokio::task::LocalSet) or local runtime.
    #[track_caller]
    pub fn spawn_local<A: DriveNow<Handle = H>, H: ActorHandle>(self, actor: A) -> H {
        self.spawn_local_with(|_| actor)
    }

    /// Starts the actor that `make` returns as a local task. `make` is called at once, with a weak handle
    /// to the actor.
    ///
    /// # Panics
    ///
    /// Panics outside of a [`LocalSet`](tokio::task::LocalSet) or local runtime, and if `make` does.
    #[track_caller]
    pub fn spawn_local_with<A>(self, make: impl FnOnce(WeakHandle<A::Handle>) -> A) -> A::Handle
    where
        A: Drive<StartError: CannotFail>,
    {
        let (handle, mailbox) = self.mailbox_of::<A>();
        let actor = mailbox.make(make);
        self.local_task(mailbox.run(actor));
        handle
    }

    /// Returns a handle to `actor` and its loop. See [`pair`](crate::pair()).
    pub fn pair<A, H, E>(self, actor: A) -> (H, impl Future<Output = Exit<A, E>>)
    where
        A: Drive<Handle = H, StartError = E>,
        H: ActorHandle,
    {
        self.pair_with(|_| actor)
    }

    /// Returns a handle to the actor that `make` returns, and its loop. `make` is called at once, with a
    /// weak handle to the actor.
    ///
    /// # Panics
    ///
    /// Panics if `make` does.
    pub fn pair_with<A: Drive>(
        self,
        make: impl FnOnce(WeakHandle<A::Handle>) -> A,
    ) -> (A::Handle, impl Future<Output = Exit<A>>) {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        mailbox.keeps_actor = true;
        let actor = mailbox.make(make);
        (handle, mailbox.run(actor))
    }

    #[cfg(shuttle)]
    pub(crate) fn pair_thread<A: Drive>(self, actor: A) -> (A::Handle, impl FnOnce()) {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        mailbox.batch = self.batch;
        (handle, move || {
            mailbox.run_here(crate::thread::worker::Worker::new(), |mailbox| mailbox.run(actor))
        })
    }

    #[cfg(shuttle)]
    pub(crate) fn pair_inline<A: Spawn>(
        self,
        actor: A,
    ) -> (A::Handle, impl Future<Output = Exit<A>> + Send) {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        mailbox.home = home::model::OWN;
        (handle, actor.run(mailbox))
    }

    pub(super) fn mailbox_of<A: Drive>(&self) -> (A::Handle, Mailbox<A>) {
        let capacity = self.mailbox.unwrap_or(A::MAILBOX);
        let shared = Shared::new(self.name.clone(), capacity);
        if self.is_timed {
            shared.watch();
        }
        let handle = (A::Handle::FROM_HANDLE)(Handle::counted(shared.clone()));
        if A::KEEP_ALIVE {
            // A handle that is never dropped.
            shared.add_handle();
        }
        let mailbox = Mailbox {
            shared,
            on_panic: self.on_panic,
            keeps_actor: false,
            started: None,
            home: Home::UNKNOWN,
            batch: 0,
            lives: None,
        };
        (handle, mailbox)
    }

    /// Like [`mailbox_of`](Self::mailbox_of), for a loop that will be a task.
    pub(super) fn mailbox_of_task<A: Drive>(&self) -> (A::Handle, Mailbox<A>) {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        let runtime = self.runtime.clone().or_else(|| tokio::runtime::Handle::try_current().ok());
        if !self.is_queued && !home::is_inline_disabled() {
            mailbox.home = runtime.as_ref().map_or(Home::UNKNOWN, Home::new);
        }
        (handle, mailbox)
    }
}
