//! The [`RestartBuilder`]: the ways to start an actor that is restarted.

use std::{future::Future, io};

use crate::{
    handle::weak::WeakHandle,
    life::{
        builder::Builder,
        drive::{Drive, Spawn},
        exit::Exit,
        launch::map,
        restart::{
            Life, Restarts,
            factory::{LocalFactory, SendFactory},
            first::start_first,
            lives::Lives,
        },
        run::Mailbox,
        starting::{CannotFail, StartState, Starting},
    },
    slot::{self, message::Message},
};

/// Starts actors that are restarted after a panic.
///
/// Returned by [`Builder::restart`]. Instead of an actor, each method takes a factory, which is called for
/// every life of the actor. Its argument is the [`Life`] that begins.
///
/// # Restarts
///
/// A panic in a handler or a hook ends the life of the actor, and the next one begins with the state that the
/// factory returns. The handle, the mailbox and the name stay the same.
///
/// - The caller of the handler that panicked gets
///   [`CallErrorKind::Panicked`](crate::CallErrorKind::Panicked). Its message is not handled again.
/// - Messages in the mailbox stay, and so do senders that wait for room. Messages are accepted between two
///   lives, as room permits.
/// - All else that the old state owed ends before the factory runs: calls whose [`Reply`](crate::Reply) it
///   kept fail with [`CallErrorKind::Stopped`](crate::CallErrorKind::Stopped), the current lease ends without
///   `#[on_release]`, and the [children](crate::Context::children) are shut down. A child that waits for an
///   answer of this actor at that moment is aborted after ten seconds, which the restart takes that much longer.
/// - An error or a panic of the factory or of `#[on_start]` counts as one more restart, except at the first
///   start: an actor that has never started is not restarted.
/// - A panic in `#[on_stop]`, or in a handler that takes `self`, ends the actor.
/// - If no restart is left, the actor ends with the reason of its last life.
///
/// A shutdown cuts a backoff short: the actor starts once more and handles what it has accepted. If the last
/// handle is dropped and no message is left, it ends without. An abort ends it at once.
///
/// With [`OnPanic::Continue`](crate::OnPanic::Continue), a panic in a handler does not end the life of the
/// actor, so only a panic in a hook leads to a restart.
///
/// The backoff needs no timer, so it works on any executor. If a test has paused tokio's clock, the backoff
/// runs on that clock.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use actor_runtime::{ActorHandle, Builder, Restarts, actor};
///
/// #[derive(Default)]
/// struct Parser { lines: u32 }
///
/// #[actor]
/// impl Parser {
///     /// Parses a number, and returns how many there have been.
///     pub fn parse(&mut self, line: String) -> u32 {
///         let _: u32 = line.parse().unwrap();
///         self.lines += 1;
///         self.lines
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # std::panic::set_hook(Box::new(|_| {}));
/// let parser = Builder::new()
///     .restart(Restarts::at_once(5, Duration::from_secs(60)))
///     .spawn_with(|_| Parser::default());
///
/// assert_eq!(parser.parse("12".into()).await?, 1);
/// assert!(parser.parse("twelve".into()).await.is_err());
/// assert_eq!(parser.parse("12".into()).await?, 1);
/// assert_eq!(parser.stats().restarts.times, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until an actor is started with it"]
pub struct RestartBuilder {
    builder: Builder,
    restarts: Restarts,
}

impl RestartBuilder {
    pub(crate) fn new(builder: Builder, restarts: Restarts) -> Self {
        Self { builder, restarts }
    }

    /// Starts the actor that `make` returns as a task. See [`spawn_with`](crate::spawn_with()).
    ///
    /// For the first life, `make` is called at once.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, unless one was passed to [`Builder::on`], and if the first call of
    /// `make` does.
    #[track_caller]
    pub fn spawn_with<A>(
        self,
        make: impl FnMut(&Life<A::Handle>) -> A + Send + 'static,
    ) -> A::Handle
    where
        A: Spawn<StartError: CannotFail + Send, Undelivered: Send> + Send,
        A::Message: Message<AtRest: Send> + Send,
    {
        self.spawn_joined(|_| {}, make)
    }

    /// Like [`spawn_with`](Self::spawn_with), and calls `join` before the actor is made.
    #[track_caller]
    pub(crate) fn spawn_joined<A>(
        self,
        join: impl FnOnce(&WeakHandle<A::Handle>),
        mut make: impl FnMut(&Life<A::Handle>) -> A + Send + 'static,
    ) -> A::Handle
    where
        A: Spawn<StartError: CannotFail + Send, Undelivered: Send> + Send,
        A::Message: Message<AtRest: Send> + Send,
    {
        let (handle, mut mailbox) = self.builder.mailbox_of_task::<A>();
        let actor = mailbox.make(|me| {
            join(&me);
            make(&Life::first(me))
        });
        mailbox.restart(Lives::new(self.restarts, SendFactory::of_actors(make)));
        self.builder.task(A::Message::ACTOR, map(actor.run(mailbox), drop));
        handle
    }

    /// Starts an actor as a task, and waits until it has started: `make` has returned it, and `#[on_start]`
    /// has succeeded.
    ///
    /// `make` is asynchronous and may fail, for a state that cannot exist without a connection. It is called
    /// in the actor's task. Messages are accepted meanwhile. If it fails at the first start, the error is
    /// returned; later, it counts as a restart, unless [`Life::give_up`] was called.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, unless one was passed to [`Builder::on`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{io, time::Duration};
    /// use actor_runtime::{Builder, Life, Restarts, actor};
    ///
    /// # struct Stream;
    /// # impl Stream {
    /// #     async fn connect(_: &str) -> io::Result<Self> { Ok(Self) }
    /// #     async fn send(&mut self, _: &str) -> io::Result<()> { Ok(()) }
    /// # }
    /// struct Session { stream: Stream }
    ///
    /// #[actor]
    /// impl Session {
    ///     #[on_start]
    ///     async fn log_in(&mut self) -> Result<(), io::Error> { self.stream.send("hello").await }
    ///
    ///     /// Sends `line`.
    ///     pub async fn send(&mut self, line: String) {
    ///         // A connection that is broken is replaced.
    ///         self.stream.send(&line).await.unwrap();
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let session = Builder::new()
    ///     .restart(Restarts::new(10, Duration::from_secs(60)))
    ///     .start_with(|_: Life<SessionHandle>| async {
    ///         Ok(Session { stream: Stream::connect("example.com").await? })
    ///     })
    ///     .await?;
    /// session.send("a line".into()).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn start_with<A, F>(
        self,
        make: impl FnMut(Life<A::Handle>) -> F + Send + 'static,
    ) -> Starting<A::Handle, A::StartError>
    where
        A: Spawn<StartError: Send, Undelivered: Send> + Send,
        A::Message: Message<AtRest: Send> + Send,
        F: Future<Output = Result<A, A::StartError>> + Send + 'static,
    {
        self.start_joined(|_| {}, make)
    }

    /// Like [`start_with`](Self::start_with), and calls `join` before the actor is made.
    #[track_caller]
    pub(crate) fn start_joined<A, F>(
        self,
        join: impl FnOnce(&WeakHandle<A::Handle>),
        make: impl FnMut(Life<A::Handle>) -> F + Send + 'static,
    ) -> Starting<A::Handle, A::StartError>
    where
        A: Spawn<StartError: Send, Undelivered: Send> + Send,
        A::Message: Message<AtRest: Send> + Send,
        F: Future<Output = Result<A, A::StartError>> + Send + 'static,
    {
        let (handle, mut mailbox) = self.builder.mailbox_of_task::<A>();
        join(&WeakHandle(mailbox.shared.clone()));
        let (started, receiver) = slot::slot(None);
        mailbox.started = Some(started);
        let lives = Lives::new(self.restarts, SendFactory::of_futures(make));
        self.builder.task(A::Message::ACTOR, start_first(mailbox, lives));
        Starting { handle: Some(handle), outcome: StartState::Awaited(receiver), place: None }
    }

    /// Starts an actor on a thread of its own. `make` is called on that thread, in every life. See
    /// [`spawn_thread`](crate::spawn_thread()).
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system fails to create a thread.
    pub fn spawn_thread_with<A>(
        self,
        mut make: impl FnMut(&Life<A::Handle>) -> A + Send + 'static,
    ) -> io::Result<A::Handle>
    where
        A: Drive<StartError: CannotFail + Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let (handle, mailbox) = self.builder.mailbox_of::<A>();
        self.thread(mailbox, move |life| Ok(make(life)))?;
        Ok(handle)
    }

    /// Starts an actor on a thread of its own, and waits until it has started: `make` has returned it on that
    /// thread, and `#[on_start]` has succeeded.
    ///
    /// If `make` fails at the first start, the error is returned; later, it counts as a restart, unless
    /// [`Life::give_up`] was called. In synchronous code, use [`Starting::blocking`].
    pub fn start_thread_with<A>(
        self,
        make: impl FnMut(&Life<A::Handle>) -> Result<A, A::StartError> + Send + 'static,
    ) -> Starting<A::Handle, A::StartError>
    where
        A: Drive<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let (handle, mut mailbox) = self.builder.mailbox_of::<A>();
        let (started, receiver) = slot::slot(None);
        mailbox.started = Some(started);
        let outcome = match self.thread(mailbox, make) {
            Ok(()) => StartState::Awaited(receiver),
            Err(error) => StartState::NoThread(error),
        };
        Starting { handle: Some(handle), outcome, place: None }
    }

    /// Starts the actor that `make` returns as a local task. For the first life, `make` is called at once.
    /// See [`spawn_local`](crate::spawn_local()).
    ///
    /// # Panics
    ///
    /// Panics outside of a [`LocalSet`](tokio::task::LocalSet) or local runtime, and if the first call of
    /// `make` does.
    #[track_caller]
    pub fn spawn_local_with<A>(self, make: impl FnMut(&Life<A::Handle>) -> A + 'static) -> A::Handle
    where
        A: Drive<StartError: CannotFail>,
    {
        let (handle, mailbox) = self.builder.mailbox_of::<A>();
        self.builder.local_task(run(self.restarts, mailbox, make));
        handle
    }

    /// Returns a handle to the actor that `make` returns, and its loop. For the first life, `make` is called
    /// at once. See [`pair`](crate::pair()).
    ///
    /// # Panics
    ///
    /// Panics if the first call of `make` does.
    pub fn pair_with<A: Drive>(
        self,
        make: impl FnMut(&Life<A::Handle>) -> A + 'static,
    ) -> (A::Handle, impl Future<Output = Exit<A>>) {
        let (handle, mut mailbox) = self.builder.mailbox_of::<A>();
        mailbox.keeps_actor = true;
        (handle, run(self.restarts, mailbox, make))
    }

    fn thread<A>(
        &self,
        mailbox: Mailbox<A>,
        mut make: impl FnMut(&Life<A::Handle>) -> Result<A, A::StartError> + Send + 'static,
    ) -> io::Result<()>
    where
        A: Drive<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let restarts = self.restarts.clone();
        self.builder.thread(mailbox, move |mailbox, worker| {
            mailbox.make_here(
                |me| make(&Life::first(me)).map(|actor| (actor, make)),
                |mailbox, (actor, make)| {
                    let lives = Lives::new(restarts, LocalFactory::new(make));
                    mailbox.run_here(worker, |mailbox| mailbox.run_restarted(actor, lives));
                },
            );
        })
    }

    #[cfg(shuttle)]
    pub(crate) fn pair_inline<A>(
        self,
        mut make: impl FnMut(&Life<A::Handle>) -> A + Send + 'static,
    ) -> (A::Handle, impl Future<Output = Exit<A>> + Send)
    where
        A: Spawn<StartError: Send, Undelivered: Send> + Send,
        A::Message: Message<AtRest: Send> + Send,
    {
        let (handle, mut mailbox) = self.builder.mailbox_of::<A>();
        mailbox.home = crate::thread::home::model::OWN;
        let actor = mailbox.make(|me| make(&Life::first(me)));
        mailbox.restart(Lives::new(self.restarts, SendFactory::of_actors(make)));
        (handle, actor.run(mailbox))
    }
}

/// Returns the loop of an actor, whose first life `make` has begun.
fn run<A: Drive>(
    restarts: Restarts,
    mailbox: Mailbox<A>,
    mut make: impl FnMut(&Life<A::Handle>) -> A,
) -> impl Future<Output = Exit<A>> {
    let actor = mailbox.make(|me| make(&Life::first(me)));
    let factory = LocalFactory::new(move |life: &Life<A::Handle>| Ok(make(life)));
    mailbox.run_restarted(actor, Lives::new(restarts, factory))
}
