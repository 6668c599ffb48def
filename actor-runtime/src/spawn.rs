//! Starting actors: on tokio, on a thread of their own, or on whatever polls a future.
//!
//! With `home`, this is the only file that names the executor.

use std::{
    error::Error,
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::Arc as StdArc,
    task::{Context, Poll, ready},
    thread,
};

use pin_project_lite::pin_project;

use crate::{
    actor::{Actor, CannotFail, Capacity, Message, Spawn},
    batch,
    block_on::{block_on, drive, drive_awake},
    catch::catch,
    error::Method,
    exit::{Exit, ExitReason},
    handle::{ActorHandle, Handle},
    home::Home,
    mailbox::Shared,
    reply::{self, Failure, Receiver},
    run::{MESSAGES_PER_POLL, Mailbox, OnPanic},
};

/// Starts `actor` as a task of the current tokio runtime, and gives its handle at once.
///
/// # Panics
///
/// Outside of a tokio runtime. [`pair`] needs none.
///
/// # Examples
///
/// ```
/// use actor_runtime::{actor, spawn};
///
/// struct Counter { total: u64 }
///
/// #[actor]
/// impl Counter {
///     /// Adds `amount` and returns the new total.
///     pub fn add(&mut self, amount: u64) -> u64 {
///         self.total += amount;
///         self.total
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let counter: CounterHandle = spawn(Counter { total: 0 });
/// assert_eq!(counter.add(2).await?, 2);
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn spawn<A: Spawn<StartError: CannotFail>>(actor: A) -> A::Handle {
    Builder::new().spawn(actor)
}

/// Starts `actor` as a task of the current tokio runtime, and gives its handle when `#[on_start]`
/// is done.
///
/// # Errors
///
/// See [`StartError`]. By then nothing is left of the actor.
///
/// # Panics
///
/// Outside of a tokio runtime.
///
/// # Cancel safety
///
/// If the future is dropped, the actor ends as soon as it has started.
#[track_caller]
pub fn start<A: Spawn<StartError: Send>>(actor: A) -> Starting<A> {
    Builder::new().start(actor)
}

/// Starts an actor on a thread of its own, for work that blocks. `make` runs on that thread, so
/// neither the actor nor its handlers' futures need to be `Send`.
///
/// If there is a tokio runtime at hand, its timers and sockets work in the handlers.
///
/// # Errors
///
/// If the system gives no thread.
///
/// # Examples
///
/// ```
/// use std::{cell::Cell, rc::Rc};
/// use actor_runtime::{actor, spawn_thread};
///
/// struct Counter { total: Rc<Cell<u64>> }
///
/// #[actor(local)]
/// impl Counter {
///     /// Adds `amount` and returns the new total.
///     pub fn add(&mut self, amount: u64) -> u64 {
///         self.total.set(self.total.get() + amount);
///         self.total.get()
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let counter = spawn_thread(|| Counter { total: Rc::default() })?;
/// assert_eq!(counter.add(2).blocking()?, 2);
/// # Ok(())
/// # }
/// ```
pub fn spawn_thread<A>(make: impl FnOnce() -> A + Send + 'static) -> io::Result<A::Handle>
where
    A: Actor<StartError: CannotFail + Send>,
    A::Message: Message<AtRest: Send> + Send,
{
    Builder::new().spawn_thread(make)
}

/// Starts an actor that need not be `Send` as a task of the current
/// [`LocalSet`](tokio::task::LocalSet) or local runtime.
///
/// # Panics
///
/// Outside of one.
#[track_caller]
pub fn spawn_local<A: Actor<StartError: CannotFail>>(actor: A) -> A::Handle {
    Builder::new().spawn_local(actor)
}

/// Gives the handle, and the actor's loop as a future for any executor.
///
/// Nothing happens until the future is polled. It is ready when the actor has ended, and gives the
/// actor back. Dropping it ends the actor. It is `Send` if the actor is.
///
/// # Examples
///
/// ```
/// # use actor_runtime::{actor, pair};
/// # struct Counter { total: u64 }
/// # #[actor]
/// # impl Counter {
/// #     /// Adds `amount` and returns the new total.
/// #     pub fn add(&mut self, amount: u64) -> u64 { self.total += amount; self.total }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (counter, run) = pair(Counter { total: 0 });
/// let task = tokio::spawn(run);
/// counter.add(2).await?;
/// drop(counter);
/// let exit = task.await?;
/// assert_eq!(exit.actor.map(|counter| counter.total), Some(2));
/// # Ok(())
/// # }
/// ```
pub fn pair<A: Actor>(actor: A) -> (A::Handle, impl Future<Output = Exit<A>>) {
    Builder::new().pair(actor)
}

/// Starts actors that differ from what their `#[actor]` says.
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
#[must_use = "a builder starts nothing by itself"]
pub struct Builder {
    name: Option<StdArc<str>>,
    mailbox: Option<Capacity>,
    on_panic: OnPanic,
    stack_size: Option<usize>,
    batch: usize,
    runtime: Option<tokio::runtime::Handle>,
}

impl Builder {
    /// A builder that changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the actor, for errors, logs and the thread it may get. By default it is called after
    /// its type.
    pub fn name(self, name: impl Into<StdArc<str>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// How many messages the mailbox holds, instead of what `#[actor(mailbox = ..)]` says.
    pub fn mailbox(self, capacity: Capacity) -> Self {
        Self { mailbox: Some(capacity), ..self }
    }

    /// What happens when a handler panics. By default the actor ends.
    pub fn on_panic(self, on_panic: OnPanic) -> Self {
        Self { on_panic, ..self }
    }

    /// The size of the stack of the actor's own thread, in bytes.
    pub fn stack_size(self, bytes: usize) -> Self {
        Self { stack_size: Some(bytes), ..self }
    }

    /// Lets an actor on a thread of its own handle its messages in batches of at most `limit`, for many
    /// callers and short handlers. 0 stands for none, the default, and more than 128 for 128.
    ///
    /// A batch is what waits in the mailbox when the actor comes to look. `#[on_idle]` runs after each
    /// batch, and then those who were answered in it are woken, all together: that takes much less time
    /// than to wake each by itself, where the handlers are as short as a wake-up, some microseconds.
    /// Handlers may use what they have in common: see [`batch`](crate::batch).
    ///
    /// The price is that a caller may learn of its answer later: after those behind it in its batch have
    /// theirs. It is woken at the first moment at which
    ///
    /// - the batch is over;
    /// - half a millisecond is over, and the handler that runs then;
    /// - the thread waits: for a message, in a handler that awaits, in a `blocking()`;
    /// - a handler calls [`wake_callers`](crate::batch::wake_callers), as one that takes long should;
    /// - the actor ends.
    ///
    /// So do *not* use it where a handler now and then takes long and does not say so, or blocks until
    /// somebody whom the actor has just answered does something.
    ///
    /// Its thread also stays awake for some microseconds when there is nothing to do, where that has been of use
    /// lately and no other thread wants the core.
    ///
    /// It changes nothing for actors that are not started by [`spawn_thread`](Self::spawn_thread) or
    /// [`start_thread`](Self::start_thread), and nothing about what is answered, in which order.
    ///
    /// # Examples
    ///
    /// See [`batch`](crate::batch).
    pub fn batch(self, limit: usize) -> Self {
        Self { batch: limit.min(MESSAGES_PER_POLL), ..self }
    }

    /// Starts the actor on this runtime instead of the current one.
    pub fn on(self, runtime: tokio::runtime::Handle) -> Self {
        Self { runtime: Some(runtime), ..self }
    }

    /// As [`spawn`](crate::spawn()).
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, unless one was given to [`on`](Self::on).
    #[track_caller]
    pub fn spawn<A: Spawn<StartError: CannotFail>>(self, actor: A) -> A::Handle {
        let (handle, mailbox) = self.mailbox_of_task::<A>();
        let run = actor.run(mailbox);
        self.task(A::Message::ACTOR, then(run, drop));
        handle
    }

    /// As [`spawn`](Self::spawn), and gives what comes of the actor at its end.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, unless one was given to [`on`](Self::on).
    #[track_caller]
    pub fn spawn_returning<A>(self, actor: A) -> (A::Handle, Running<A>)
    where
        A: Spawn<StartError: CannotFail + Send> + Send,
    {
        let (handle, mut mailbox) = self.mailbox_of_task::<A>();
        mailbox.keeps_actor = true;
        let (sender, receiver) = reply::slot(None);
        let run = actor.run(mailbox);
        self.task(A::Message::ACTOR, then(run, |exit| sender.send(exit)));
        (handle, Running(receiver))
    }

    /// As [`start`](crate::start()).
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, unless one was given to [`on`](Self::on).
    #[track_caller]
    pub fn start<A: Spawn<StartError: Send>>(self, actor: A) -> Starting<A> {
        let (handle, mut mailbox) = self.mailbox_of_task::<A>();
        let (started, receiver) = reply::slot(None);
        mailbox.started = Some(started);
        let run = actor.run(mailbox);
        self.task(A::Message::ACTOR, then(run, drop));
        Starting { handle: Some(handle), outcome: Outcome::Awaited(receiver) }
    }

    /// As [`spawn_thread`](crate::spawn_thread()).
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    pub fn spawn_thread<A>(self, make: impl FnOnce() -> A + Send + 'static) -> io::Result<A::Handle>
    where
        A: Actor<StartError: CannotFail + Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let (handle, mailbox) = self.mailbox_of::<A>();
        self.thread(mailbox, || Ok(make()))?;
        Ok(handle)
    }

    /// Starts an actor on a thread of its own, and gives its handle when it has started: `make` has
    /// made it there, and `#[on_start]` is done.
    ///
    /// From a plain thread, use [`Starting::blocking`].
    pub fn start_thread<A>(
        self,
        make: impl FnOnce() -> Result<A, A::StartError> + Send + 'static,
    ) -> Starting<A>
    where
        A: Actor<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        let (started, receiver) = reply::slot(None);
        mailbox.started = Some(started);
        let outcome = match self.thread(mailbox, make) {
            Ok(()) => Outcome::Awaited(receiver),
            Err(error) => Outcome::NoThread(error),
        };
        Starting { handle: Some(handle), outcome }
    }

    /// As [`spawn_local`](crate::spawn_local()).
    ///
    /// # Panics
    ///
    /// Outside of a [`LocalSet`](tokio::task::LocalSet) or local runtime.
    #[track_caller]
    pub fn spawn_local<A: Actor<StartError: CannotFail>>(self, actor: A) -> A::Handle {
        let (handle, mailbox) = self.mailbox_of::<A>();
        tokio::task::spawn_local(then(mailbox.run(actor), drop));
        handle
    }

    /// As [`pair`](crate::pair()).
    pub fn pair<A: Actor>(self, actor: A) -> (A::Handle, impl Future<Output = Exit<A>>) {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        mailbox.keeps_actor = true;
        (handle, mailbox.run(actor))
    }

    #[cfg(shuttle)]
    pub(crate) fn pair_thread<A: Actor>(self, actor: A) -> (A::Handle, impl FnOnce()) {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        mailbox.batch = self.batch;
        (handle, move || mailbox.run_here(actor))
    }

    #[cfg(shuttle)]
    pub(crate) fn pair_inline<A: Spawn>(
        self,
        actor: A,
    ) -> (A::Handle, impl Future<Output = Exit<A>> + Send) {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        mailbox.keeps_actor = true;
        (handle, actor.run(mailbox))
    }

    fn mailbox_of<A: Actor>(&self) -> (A::Handle, Mailbox<A>) {
        let capacity = self.mailbox.unwrap_or(A::MAILBOX);
        let shared = Shared::new(self.name.clone(), capacity);
        let handle = A::Handle::from_handle(Handle(shared.clone()));
        let mailbox = Mailbox {
            shared,
            on_panic: self.on_panic,
            keeps_actor: false,
            started: None,
            home: None,
            batch: 0,
        };
        (handle, mailbox)
    }

    /// As [`mailbox_of`](Self::mailbox_of), for a loop that will be a task.
    fn mailbox_of_task<A: Actor>(&self) -> (A::Handle, Mailbox<A>) {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        let runtime = self.runtime.clone().or_else(|| tokio::runtime::Handle::try_current().ok());
        mailbox.home = runtime.map(Home::new);
        (handle, mailbox)
    }

    #[track_caller]
    fn task(&self, actor: &str, run: impl Future<Output = ()> + Send + 'static) {
        // tokio-console shows tasks by name, where tokio lets them be named.
        let name = self.name.as_deref().unwrap_or(actor);
        #[cfg(all(tokio_unstable, feature = "tracing"))]
        {
            let task = tokio::task::Builder::new().name(name);
            let spawned = match &self.runtime {
                Some(runtime) => task.spawn_on(run, runtime),
                None => task.spawn(run),
            };
            spawned.expect("tokio spawns a named task as it does any other");
        }
        #[cfg(not(all(tokio_unstable, feature = "tracing")))]
        {
            let _ = name;
            match &self.runtime {
                Some(runtime) => drop(runtime.spawn(run)),
                None => drop(tokio::spawn(run)),
            }
        }
    }

    fn thread<A>(
        &self,
        mut mailbox: Mailbox<A>,
        make: impl FnOnce() -> Result<A, A::StartError> + Send + 'static,
    ) -> io::Result<()>
    where
        A: Actor<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let mut thread = thread::Builder::new()
            .name(self.name.as_deref().unwrap_or(A::Message::ACTOR).to_owned());
        if let Some(bytes) = self.stack_size {
            thread = thread.stack_size(bytes);
        }
        mailbox.batch = self.batch;
        let runtime = self.runtime.clone().or_else(|| tokio::runtime::Handle::try_current().ok());
        thread.spawn(move || {
            let _entered = runtime.as_ref().map(tokio::runtime::Handle::enter);
            match catch(make) {
                Ok(Ok(actor)) => mailbox.run_here(actor),
                Ok(Err(error)) => mailbox.fail(error),
                Err(message) => mailbox.panicked(message),
            }
        })?;
        Ok(())
    }
}

pin_project! {
    /// A loop, and what is done with its exit.
    ///
    /// An `async` block would do the same and be twice as large, since it keeps a future that it
    /// was given beside the same future being awaited. Every actor pays for the size of its task.
    struct Then<F, T> {
        // Dropped before `then`, so that nothing of the actor is left when its reply is.
        #[pin]
        run: F,
        then: Option<T>,
    }
}

fn then<F: Future, T: FnOnce(F::Output)>(run: F, then: T) -> Then<F, T> {
    Then { run, then: Some(then) }
}

impl<F: Future, T: FnOnce(F::Output)> Future for Then<F, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let exit = ready!(this.run.poll(cx));
        if let Some(then) = this.then.take() {
            then(exit);
        }
        Poll::Ready(())
    }
}

impl<A: Actor> Mailbox<A> {
    /// Runs the loop of `actor` to its end on this thread, which is there for nothing else.
    fn run_here(self, actor: A) {
        if self.batch == 0 {
            drop(drive(self.run(actor)));
        } else {
            let _holding = batch::hold(self.shared.id());
            drop(drive_awake(self.run(actor)));
        }
    }

    /// Ends an actor that could not be made.
    fn fail(self, error: A::StartError) {
        self.shared.end(ExitReason::StartFailed);
        if let Some(started) = self.started {
            started.send(Err(error));
        }
    }

    /// Ends an actor whose making panicked.
    fn panicked(self, message: StdArc<str>) {
        let method = Method::new(A::Message::ACTOR, "make");
        self.shared.end(ExitReason::Panicked { method, message: message.clone() });
        if let Some(started) = self.started {
            started.panicked(message);
        }
    }
}

/// Why an actor did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError<E> {
    /// Its `#[on_start]`, or what makes it, gave this error.
    Failed(E),
    /// Its `#[on_start]`, or what makes it, panicked with this text.
    Panicked(StdArc<str>),
    /// It was aborted, or its runtime was shut down, before it had started.
    Aborted,
    /// The system gave no thread.
    NoThread(io::Error),
}

impl<E: fmt::Display> fmt::Display for StartError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => write!(f, "the actor failed to start: {error}"),
            Self::Panicked(message) => write!(f, "the actor panicked while it started: {message}"),
            Self::Aborted => f.write_str("the actor was aborted while it started"),
            Self::NoThread(_) => f.write_str("the system gave no thread for the actor"),
        }
    }
}

impl<E: Error + 'static> Error for StartError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(error) => error.source(),
            Self::NoThread(error) => Some(error),
            Self::Panicked(_) | Self::Aborted => None,
        }
    }
}

/// An actor that is starting: gives its handle, or why there is none. See [`start`].
///
/// # Cancel safety
///
/// If it is dropped, the actor ends as soon as it has started.
#[must_use = "the actor ends at once if nobody takes its handle"]
pub struct Starting<A: Actor> {
    handle: Option<A::Handle>,
    outcome: Outcome<A::StartError>,
}

enum Outcome<E: 'static> {
    Awaited(Receiver<Result<(), E>>),
    NoThread(io::Error),
    Taken,
}

impl<A: Actor> Starting<A> {
    /// Waits on a thread that runs no async code.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn blocking(self) -> Result<A::Handle, StartError<A::StartError>> {
        block_on(self)
    }
}

/// Nothing in it is pinned.
impl<A: Actor> Unpin for Starting<A> {}

impl<A: Actor> Future for Starting<A> {
    type Output = Result<A::Handle, StartError<A::StartError>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = match &mut self.outcome {
            Outcome::Awaited(receiver) => ready!(receiver.poll(cx)),
            Outcome::NoThread(_) | Outcome::Taken => {
                match std::mem::replace(&mut self.outcome, Outcome::Taken) {
                    Outcome::NoThread(error) => {
                        return Poll::Ready(Err(StartError::NoThread(error)));
                    }
                    _ => panic!("polled after it was ready"),
                }
            }
        };
        self.outcome = Outcome::Taken;
        let handle = self.handle.take();
        Poll::Ready(match (outcome, handle) {
            (Ok(Ok(())), Some(handle)) => Ok(handle),
            (Ok(Err(error)), _) => Err(StartError::Failed(error)),
            (Err(Failure::Panicked(message)), _) => Err(StartError::Panicked(message)),
            (Err(Failure::Stopped | Failure::Unanswered) | Ok(Ok(())), _) => {
                Err(StartError::Aborted)
            }
        })
    }
}

impl<A: Actor> fmt::Debug for Starting<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Starting").field("actor", &A::Message::ACTOR).finish_non_exhaustive()
    }
}

/// Gives what comes of an actor at its end: see [`Builder::spawn_returning`].
///
/// Dropping it changes nothing for the actor.
#[must_use = "futures do nothing unless polled"]
pub struct Running<A: Actor>(Receiver<Exit<A>>);

impl<A: Actor> Running<A> {
    /// Waits on a thread that runs no async code.
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    #[must_use]
    pub fn blocking(self) -> Exit<A> {
        block_on(self)
    }
}

impl<A: Actor> Future for Running<A> {
    type Output = Exit<A>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Exit<A>> {
        let exit = ready!(self.0.poll(cx));
        let aborted = Exit { reason: ExitReason::Aborted, actor: None, start_error: None };
        Poll::Ready(exit.unwrap_or(aborted))
    }
}

impl<A: Actor> fmt::Debug for Running<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("actor", &A::Message::ACTOR).finish_non_exhaustive()
    }
}
