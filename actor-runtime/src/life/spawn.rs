//! The functions that start actors: on tokio, on a thread of their own, or on any executor.
//!
//! Each is the [`Builder`] method of the same name with the defaults.

use std::{future::Future, io};

use crate::{
    handle::{ActorHandle, weak::WeakHandle},
    life::{
        builder::Builder,
        drive::{Drive, DriveNow, Spawn, SpawnNow},
        exit::Exit,
        starting::{CannotFail, Starting},
    },
    slot::message::Message,
};

/// Starts `actor` as a task of the current tokio runtime, and returns its handle.
///
/// # Panics
///
/// Panics outside of a tokio runtime. Use [`pair`] to run an actor without one.
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
pub fn spawn<A: SpawnNow<Handle = H>, H: ActorHandle>(actor: A) -> H {
    Builder::new().spawn(actor)
}

/// Starts the actor that `make` returns as a task of the current tokio runtime, and returns its handle.
///
/// `make` is called at once, with a weak handle to the actor. The other ways to start an actor have the same
/// variant in [`Builder`].
///
/// # Panics
///
/// Panics outside of a tokio runtime, and if `make` does.
///
/// # Examples
///
/// ```
/// use actor_runtime::{WeakHandle, actor, spawn_with};
///
/// struct Downloads { me: WeakHandle<DownloadsHandle>, done: u32 }
///
/// #[actor]
/// impl Downloads {
///     /// Downloads in a task of its own.
///     pub fn start(&mut self) {
///         let me = self.me.clone();
///         tokio::spawn(async move {
///             if let Some(me) = me.upgrade() {
///                 let _ = me.finished().await;
///             }
///         });
///     }
///
///     /// Counts a download.
///     pub fn finished(&mut self) { self.done += 1 }
///
///     /// Returns the number of downloads.
///     pub fn done(&self) -> u32 { self.done }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let downloads = spawn_with(|me| Downloads { me, done: 0 });
/// downloads.start().await?;
/// while downloads.done().await? == 0 { tokio::task::yield_now().await }
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn spawn_with<A>(make: impl FnOnce(WeakHandle<A::Handle>) -> A) -> A::Handle
where
    A: Spawn<StartError: CannotFail>,
{
    Builder::new().spawn_with(make)
}

/// Starts `actor` as a task of the current tokio runtime, and waits until `#[on_start]` has
/// succeeded.
///
/// # Errors
///
/// Resolves to a [`StartError`](crate::StartError) if the actor did not start. If `#[on_start]` failed
/// or panicked, the actor has been dropped by then.
///
/// # Panics
///
/// Panics outside of a tokio runtime.
///
/// # Cancel safety
///
/// If the future is dropped, the actor ends as soon as it has started.
#[track_caller]
pub fn start<A, H, E>(actor: A) -> Starting<H, E>
where
    A: Spawn<Handle = H, StartError = E>,
    H: ActorHandle,
    E: Send + 'static,
{
    Builder::new().start(actor)
}

/// Starts an actor on a thread of its own, for work that blocks. `make` runs on that thread, so
/// neither the actor nor its handlers' futures need to be `Send`.
///
/// If it is called within a tokio runtime, the handlers can use the timers and sockets of that
/// runtime.
///
/// # Errors
///
/// Returns an error if the operating system fails to create a thread.
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
    A: Drive<StartError: CannotFail + Send>,
    A::Message: Message<AtRest: Send> + Send,
{
    Builder::new().spawn_thread(make)
}

/// Starts an actor that need not be `Send` as a task of the current
/// [`LocalSet`](tokio::task::LocalSet) or local runtime.
///
/// # Panics
///
/// Panics outside of both.
#[track_caller]
pub fn spawn_local<A: DriveNow<Handle = H>, H: ActorHandle>(actor: A) -> H {
    Builder::new().spawn_local(actor)
}

/// Returns a handle to `actor` and its loop, a future for any executor.
///
/// Nothing happens until the future is polled. It completes when the actor has ended, and returns the
/// actor. Dropping it ends the actor. It is `Send` if the actor and everything it keeps are.
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
pub fn pair<A, H, E>(actor: A) -> (H, impl Future<Output = Exit<A, E>>)
where
    A: Drive<Handle = H, StartError = E>,
    H: ActorHandle,
{
    Builder::new().pair(actor)
}
