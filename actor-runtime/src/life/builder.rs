//! How an actor is started, and where.

use pin_project_lite::pin_project;
use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc as StdArc,
    task::{Context, Poll, ready},
    thread,
};

use crate::{
    catch::catch,
    error::Method,
    exit::{ExitReason, OnPanic},
    handle::{ActorHandle, Handle},
    life::{
        actor::Actor,
        drive::{Drive, Spawn},
        exit::Exit,
        message_loop::MESSAGES_PER_POLL,
        run::Mailbox,
        starting::{CannotFail, Running, StartState, Starting},
    },
    mailbox::{Shared, capacity::Capacity},
    slot as reply,
    slot::message::Message,
    thread::{
        batch,
        block_on::{drive, drive_awake},
        home::Home,
    },
};

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
        self.task(A::Message::ACTOR, map(run, drop));
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
        self.task(A::Message::ACTOR, map(run, |exit| sender.send(exit)));
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
        self.task(A::Message::ACTOR, map(run, drop));
        Starting { handle: Some(handle), outcome: StartState::Awaited(receiver) }
    }

    /// As [`spawn_thread`](crate::spawn_thread()).
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    pub fn spawn_thread<A>(self, make: impl FnOnce() -> A + Send + 'static) -> io::Result<A::Handle>
    where
        A: Drive<StartError: CannotFail + Send>,
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
        A: Drive<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        let (started, receiver) = reply::slot(None);
        mailbox.started = Some(started);
        let outcome = match self.thread(mailbox, make) {
            Ok(()) => StartState::Awaited(receiver),
            Err(error) => StartState::NoThread(error),
        };
        Starting { handle: Some(handle), outcome }
    }

    /// As [`spawn_local`](crate::spawn_local()).
    ///
    /// # Panics
    ///
    /// Outside of a [`LocalSet`](tokio::task::LocalSet) or local runtime.
    #[track_caller]
    pub fn spawn_local<A: Drive<StartError: CannotFail>>(self, actor: A) -> A::Handle {
        let (handle, mailbox) = self.mailbox_of::<A>();
        tokio::task::spawn_local(map(mailbox.run(actor), drop));
        handle
    }

    /// As [`pair`](crate::pair()).
    pub fn pair<A: Drive>(self, actor: A) -> (A::Handle, impl Future<Output = Exit<A>>) {
        let (handle, mut mailbox) = self.mailbox_of::<A>();
        mailbox.keeps_actor = true;
        (handle, mailbox.run(actor))
    }

    #[cfg(shuttle)]
    pub(crate) fn pair_thread<A: Drive>(self, actor: A) -> (A::Handle, impl FnOnce()) {
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
        A: Drive<StartError: Send>,
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
                Ok(Err(error)) => mailbox.fail_start(error),
                Err(message) => mailbox.fail_with_panic(message),
            }
        })?;
        Ok(())
    }
}

pin_project! {
    /// A future whose output is passed to a function.
    ///
    /// An `async` block would be twice as large, since it keeps a future that it has captured beside
    /// the same future being awaited. Every actor pays for the size of its task.
    struct Map<F, T> {
        // Dropped before `f`, so that nothing is left of the actor when its reply is dropped.
        #[pin]
        future: F,
        f: Option<T>,
    }
}

fn map<F: Future, T: FnOnce(F::Output)>(future: F, f: T) -> Map<F, T> {
    Map { future, f: Some(f) }
}

impl<F: Future, T: FnOnce(F::Output)> Future for Map<F, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let output = ready!(this.future.poll(cx));
        if let Some(f) = this.f.take() {
            f(output);
        }
        Poll::Ready(())
    }
}

impl<A: Drive> Mailbox<A> {
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
    fn fail_start(self, error: A::StartError) {
        self.shared.end(ExitReason::StartFailed);
        if let Some(started) = self.started {
            started.send(Err(error));
        }
    }

    /// Ends an actor whose making panicked.
    fn fail_with_panic(self, message: StdArc<str>) {
        let method = Method::new(A::Message::ACTOR, "make");
        self.shared.end(ExitReason::Panicked { method, message: message.clone() });
        if let Some(started) = self.started {
            started.panicked(message);
        }
    }
}
