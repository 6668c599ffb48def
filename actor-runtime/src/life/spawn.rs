//! Starting actors: on tokio, on a thread of their own, or on whatever polls a future.
//!
//! With `home`, this is the only file that names the executor.

use std::{future::Future, io};

use crate::{
    life::{
        builder::Builder,
        drive::{Drive, Spawn},
        exit::Exit,
        starting::{CannotFail, Starting},
    },
    slot::message::Message,
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
/// Outside of one.
#[track_caller]
pub fn spawn_local<A: Drive<StartError: CannotFail>>(actor: A) -> A::Handle {
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
pub fn pair<A: Drive>(actor: A) -> (A::Handle, impl Future<Output = Exit<A>>) {
    Builder::new().pair(actor)
}
