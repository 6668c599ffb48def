//! Scopes: groups of actors that are shut down together, in order.
//!
//! [`members`] is the list that a scope has, [`stop`] its shutdown, which [`walk`]s through that list and
//! all nested ones and divides its time by a [`budget`].

mod budget;
mod member;
mod members;
#[cfg(feature = "signal")]
mod signal;
mod stop;
mod walk;

use std::{any::Any, fmt, future::Future, sync::Weak, time::Duration};

pub use self::member::MemberExit;

use self::{
    member::What,
    members::Members,
    stop::{Caller, Stop},
};
use crate::{
    handle::{ActorHandle, weak::WeakHandle},
    life::{
        builder::Builder,
        drive::{Spawn, SpawnNow},
        restart::{Life, Restarts},
        starting::{CannotFail, Starting},
    },
    slot::message::Message,
    sync::Arc,
};

/// The default deadline of a scope.
const DEADLINE: Duration = Duration::from_secs(10);

/// A group of actors that are shut down together.
///
/// Actors stop in reverse order of their start: start an actor after those it uses, and it stops
/// before them. Each actor handles the messages it has accepted, runs its `#[on_stop]` and ends before
/// the next one is stopped.
///
/// # Deadline
///
/// The time that a shutdown takes is limited, and an actor that hangs does not cost the others their work.
/// The deadline is for all actors together, ten seconds by default:
///
/// - Half of it is a reserve. The actor whose turn it is may take all the time that is left except for the
///   reserve, or else an equal share of what is left: that time divided by the number of actors that have
///   not had their turn. So each of `n` actors may take at least the deadline divided by `2n`.
/// - An actor that has not ended by then is left behind: the next ones stop without waiting for it, also
///   its [children](crate::Context::children). It is not aborted yet, and may still end.
/// - Actors left behind that have not ended at the deadline are aborted. A second later the shutdown
///   returns, whether or not they have ended. Those that have not, because they block their threads, are
///   reported without a reason.
///
/// So six actors that block their threads make a shutdown with a deadline of 200 milliseconds take 1.2
/// seconds, and a store that was started before an actor that hangs still writes what it has.
///
/// If a test has paused tokio's clock, the deadline runs on that clock, except while actors on threads of
/// their own have work, or for an actor that runs in another runtime.
///
/// # Nested scopes
///
/// A [`child`](Self::child) stops in its place among the actors of its parent, and within the deadline of
/// the scope that is shut down. Clones refer to the same scope. When the last clone is dropped, the actors
/// left in it are aborted.
///
/// # Examples
///
/// ```
/// # use actor_runtime::{actor, Scope};
/// # #[derive(Default)] struct Store; #[derive(Default)] struct Cache;
/// # #[actor]
/// # impl Store {
/// #     /// Does something.
/// #     pub fn get(&self) {}
/// # }
/// # #[actor]
/// # impl Cache {
/// #     /// Does something.
/// #     pub fn get(&self) {}
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let scope = Scope::new();
/// let store = scope.spawn(Store::default());
/// let cache = scope.spawn(Cache::default());
///
/// let ended = scope.shutdown().await;
/// assert_eq!(ended[0].name, "Cache");
/// assert_eq!(ended[1].name, "Store");
/// # }
/// ```
#[derive(Clone)]
pub struct Scope(Arc<Members>);

/// The place of an actor in a scope that may not exist any more.
pub(super) struct Place {
    scope: Weak<Members>,
    id: usize,
}

impl Place {
    /// Removes the actor from its scope.
    pub(super) fn leave(self) {
        if let Some(scope) = self.scope.upgrade() {
            scope.remove(self.id);
        }
    }
}

impl Scope {
    /// Creates an empty scope with a deadline of ten seconds.
    #[must_use]
    pub fn new() -> Self {
        Self::with_deadline(DEADLINE)
    }

    /// Creates an empty scope whose actors, all together, have `deadline` to end in order. See
    /// [Deadline](Self#deadline).
    #[must_use]
    pub fn with_deadline(deadline: Duration) -> Self {
        Self(Members::new(deadline))
    }

    /// Starts an actor in this scope. See [`spawn`](crate::spawn()).
    ///
    /// It is a member before it runs. If the scope has been shut down, the actor's mailbox is closed from
    /// the start.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    #[track_caller]
    pub fn spawn<A, H>(&self, actor: A) -> H
    where
        A: SpawnNow<Handle = H>,
        H: ActorHandle<Message: Message<AtRest: Send> + Send>,
    {
        Builder::new().spawn_with(|me| {
            self.join(&me);
            actor
        })
    }

    /// Starts the actor that `make` returns in this scope. See [`spawn_with`](crate::spawn_with()).
    ///
    /// It is a member before it runs, as with [`spawn`](Self::spawn).
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, and if `make` does.
    #[track_caller]
    pub fn spawn_with<A>(&self, make: impl FnOnce(WeakHandle<A::Handle>) -> A) -> A::Handle
    where
        A: Spawn<StartError: CannotFail>,
        A::Message: Message<AtRest: Send> + Send,
    {
        Builder::new().spawn_with(|me| {
            self.join(&me);
            make(me)
        })
    }

    /// Starts an actor in this scope, and waits until it has started. See [`start`](crate::start()).
    ///
    /// It is a member before it runs, so a shutdown also waits for an actor that is still starting. If the
    /// scope is shut down, the actor's mailbox is closed: the actor starts, and ends. It may have ended
    /// when the handle is returned.
    ///
    /// # Errors
    ///
    /// Resolves to a [`StartError`](crate::StartError) if the actor did not start. If the scope was aborted, or its deadline
    /// passed while the actor was starting, that is
    /// [`Aborted`](crate::StartError::Aborted).
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the actor ends as soon as it has started.
    #[track_caller]
    pub fn start<A, H, E>(&self, actor: A) -> Starting<H, E>
    where
        A: Spawn<Handle = H, StartError = E>,
        H: ActorHandle<Message: Message<AtRest: Send> + Send>,
        E: Send + 'static,
    {
        let mut place = None;
        let starting = Builder::new().start_with(|me| {
            place = Some(self.place_of(&me));
            actor
        });
        Starting { place, ..starting }
    }

    /// Starts an actor in this scope that is restarted after a panic. See
    /// [`RestartBuilder::spawn_with`](crate::RestartBuilder::spawn_with).
    ///
    /// It stays a member in all of its lives. To give it a name or a capacity, start it with a
    /// [`Builder`](crate::Builder) and [`add`](Self::add) it.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, and if the first call of `make` does.
    #[track_caller]
    pub fn spawn_restarting<A>(
        &self,
        restarts: Restarts,
        make: impl FnMut(&Life<A::Handle>) -> A + Send + 'static,
    ) -> A::Handle
    where
        A: Spawn<StartError: CannotFail + Send, Undelivered: Send> + Send,
        A::Message: Message<AtRest: Send> + Send,
    {
        let join = |me: &WeakHandle<A::Handle>| {
            self.join(me);
        };
        Builder::new().restart(restarts).spawn_joined(join, make)
    }

    /// Starts an actor in this scope that is restarted after a panic, and waits until it has started. See
    /// [`RestartBuilder::start_with`](crate::RestartBuilder::start_with).
    ///
    /// It is a member before it is made, and stays one in all of its lives.
    ///
    /// # Errors
    ///
    /// Resolves to a [`StartError`](crate::StartError) if the actor did not start, as with [`start`](Self::start).
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the actor ends as soon as it has started.
    #[track_caller]
    pub fn start_restarting<A, F>(
        &self,
        restarts: Restarts,
        make: impl FnMut(Life<A::Handle>) -> F + Send + 'static,
    ) -> Starting<A::Handle, A::StartError>
    where
        A: Spawn<StartError: Send, Undelivered: Send> + Send,
        A::Message: Message<AtRest: Send> + Send,
        F: Future<Output = Result<A, A::StartError>> + Send + 'static,
    {
        let mut place = None;
        let join = |me: &WeakHandle<A::Handle>| place = Some(self.place_of(me));
        let starting = Builder::new().restart(restarts).start_joined(join, make);
        Starting { place, ..starting }
    }

    /// Adds a running actor to this scope.
    ///
    /// If the scope has been shut down, the actor's mailbox is closed; if it has been aborted, so is the
    /// actor. The scope holds no handle: the actor still ends when its last handle is dropped.
    pub fn add<H: ActorHandle>(&self, handle: &H)
    where
        H::Message: Message<AtRest: Send> + Send,
    {
        self.join(&handle.downgrade());
    }

    fn join<H: ActorHandle>(&self, member: &WeakHandle<H>) -> usize
    where
        H::Message: Message<AtRest: Send> + Send,
    {
        self.0.push(What::Actor(member.0.of_actor().clone()))
    }

    /// Makes an actor a member that leaves the scope if it does not start.
    fn place_of<H: ActorHandle>(&self, member: &WeakHandle<H>) -> Place
    where
        H::Message: Message<AtRest: Send> + Send,
    {
        Place { id: self.join(member), scope: Arc::downgrade(&self.0) }
    }

    /// Creates a scope that is shut down with this one, in its place among the actors. It may also be
    /// shut down earlier.
    #[must_use]
    pub fn child(&self) -> Self {
        let child = Self::with_deadline(self.0.deadline);
        self.0.push(What::Scope(Arc::downgrade(&child.0)));
        child
    }

    /// Returns the number of actors and scopes in it that have not ended.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if everything in it has ended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stops everything in the scope in reverse order, and returns how each actor ended, in the order in
    /// which they ended, followed by those that were aborted.
    ///
    /// It takes no longer than the [deadline](Self#deadline) of the scope and one second, and returns when
    /// everything that was started in the scope has ended or was aborted. From the first poll on, actors
    /// that are added to the scope are closed. Calling it more than once, also concurrently, is allowed.
    ///
    /// Children of an actor are shut down by that actor, and are not reported, unless the actor was left
    /// behind.
    ///
    /// A handler may shut down the scope of its own actor. That actor is closed, and neither waited for nor
    /// reported: it ends when the handler has returned and all accepted messages are handled. The same
    /// applies to each actor of which it is a child, directly or not. This holds for a shutdown that the
    /// handler itself polls. A handler must not wait for another task, or another actor, that does so: it
    /// would be left behind and aborted.
    ///
    /// It needs no runtime.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, an actor that was asked to stop still stops, and the others keep
    /// running. Calling `shutdown` again stops the rest; actors that ended before are not reported
    /// again.
    pub async fn shutdown(&self) -> Vec<MemberExit> {
        self.shut_down(Caller::Handler).await
    }

    /// Shuts down the children of an actor, in its loop.
    pub(crate) async fn shut_down_for_parent(&self) {
        self.shut_down(Caller::Parent).await;
    }

    async fn shut_down(&self, caller: Caller) -> Vec<MemberExit> {
        self.0.close();
        if self.0.is_empty() {
            return Vec::new();
        }
        // Boxed, since the loop of every actor contains this future and few have children.
        Box::pin(Stop::new(self.0.clone(), caller).run()).await
    }

    /// Aborts everything in the scope without waiting for it to end.
    ///
    /// A shutdown that is under way then waits no longer than a second. Actors that are added from then on
    /// are aborted.
    pub fn abort(&self) {
        self.0.abort();
    }

    /// Waits for Ctrl-C or, on Unix, SIGTERM, and then [shuts down](Self::shutdown) the scope.
    ///
    /// If a second signal arrives during the shutdown, the scope is [aborted](Self::abort), and this returns
    /// within a second.
    ///
    /// # Errors
    ///
    /// Returns an error if listening for the signals fails.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime with its drivers enabled.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before a signal arrives, nothing is stopped; after that, see
    /// [`shutdown`](Self::shutdown).
    #[cfg(feature = "signal")]
    #[cfg_attr(docsrs, doc(cfg(feature = "signal")))]
    pub async fn until_signal(&self) -> std::io::Result<Vec<MemberExit>> {
        signal::until_signal(self).await
    }

    /// Returns a reference that does not keep the scope alive, for a layer that does not know its type.
    pub(crate) fn downgrade(&self) -> Weak<dyn Any + Send + Sync> {
        Arc::<Members>::downgrade(&self.0)
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("len", &self.len()).finish_non_exhaustive()
    }
}
