//! Scopes: groups of actors that are shut down together, in order.

use std::{
    fmt,
    future::{Future, poll_fn},
    sync::Weak,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    exit::ExitReason,
    handle::ActorHandle,
    life::{
        drive::Spawn,
        spawn,
        starting::{CannotFail, StartError},
    },
    mailbox::Shared,
    slot::message::Message,
    sync::{Arc, Mutex, lock},
};

/// How long a scope waits by default for its actors to end in order.
const DEADLINE: Duration = Duration::from_secs(10);

/// The smallest number of members at which a scope removes those that have ended.
const SWEEP: usize = 16;

/// Replaces a deadline that overflows the clock.
const FOR_EVER: Duration = Duration::from_secs(86_400 * 365 * 30);

/// How long a scope waits for an actor after aborting it, since one that blocks its thread does not
/// end.
const GRACE: Duration = Duration::from_secs(1);

/// A group of actors that are shut down together.
///
/// Actors stop in reverse order of their start: start an actor after those it uses, and it stops
/// before them. Each actor handles the messages it has accepted, runs its `#[on_stop]` and ends before
/// the next one is stopped. Actors that have not ended at the deadline are aborted.
///
/// Scopes nest: a [`child`](Self::child) stops in its place among the actors of its parent. Clones
/// refer to the same scope. When the last clone is dropped, the actors left in it are aborted.
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
pub struct Scope(Arc<Inner>);

struct Inner {
    deadline: Duration,
    members: Mutex<Members>,
}

struct Members {
    is_closed: bool,
    /// The length of the list at which members that have ended are removed.
    sweep_at: usize,
    /// In the order they were added.
    list: Vec<Member>,
}

#[derive(Clone)]
enum Member {
    Actor(Arc<dyn Life + Send + Sync>),
    Scope(Weak<Inner>),
}

/// An actor of any message type. It holds no handle, so it does not keep the actor alive.
trait Life {
    fn name(&self) -> String;
    fn close(&self);
    fn abort(&self);
    fn exit_reason(&self) -> Option<ExitReason>;
    fn poll_ended(&self, ticket: &mut Option<u64>, cx: &mut Context<'_>) -> Poll<ExitReason>;
    fn unwatch(&self, ticket: u64);
    fn is(&self, address: usize) -> bool;
}

impl<M: Message> Life for Shared<M> {
    fn name(&self) -> String {
        self.name.as_deref().unwrap_or(M::ACTOR).to_owned()
    }

    fn close(&self) {
        self.close(ExitReason::Shutdown);
    }

    fn abort(&self) {
        self.abort();
    }

    fn exit_reason(&self) -> Option<ExitReason> {
        self.exit_reason()
    }

    fn poll_ended(&self, ticket: &mut Option<u64>, cx: &mut Context<'_>) -> Poll<ExitReason> {
        self.poll_ended(ticket, cx)
    }

    fn unwatch(&self, ticket: u64) {
        self.unwatch(ticket);
    }

    fn is(&self, address: usize) -> bool {
        std::ptr::from_ref(self).addr() == address
    }
}

/// How an actor in a scope ended. See [`Scope::shutdown`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberExit {
    /// The name of the actor.
    pub name: String,
    /// Why it ended, or `None` if it had not ended a second after it was aborted, which happens if a
    /// handler blocks its thread.
    pub reason: Option<ExitReason>,
}

impl Scope {
    /// Creates an empty scope with a deadline of ten seconds.
    #[must_use]
    pub fn new() -> Self {
        Self::with_deadline(DEADLINE)
    }

    /// Creates an empty scope whose actors, all together, have `deadline` to end in order.
    #[must_use]
    pub fn with_deadline(deadline: Duration) -> Self {
        let members = Mutex::new(Members { is_closed: false, sweep_at: SWEEP, list: Vec::new() });
        Self(Arc::new(Inner { deadline, members }))
    }

    /// Starts an actor in this scope. See [`spawn`](crate::spawn()).
    ///
    /// If the scope has been shut down, the actor's mailbox is closed before the handle is returned.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    #[track_caller]
    pub fn spawn<A>(&self, actor: A) -> A::Handle
    where
        A: Spawn<StartError: CannotFail>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let handle = spawn::spawn(actor);
        self.add(&handle);
        handle
    }

    /// Starts an actor in this scope, and waits until it has started. See [`start`](crate::start()).
    ///
    /// It becomes a member when it has started. If the scope has been shut down by then, the actor's
    /// mailbox is closed before the handle is returned.
    ///
    /// # Errors
    ///
    /// Returns a [`StartError`] if the actor did not start.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    /// # Cancel safety
    ///
    /// If the future is dropped, the actor ends as soon as it has started.
    pub async fn start<A>(&self, actor: A) -> Result<A::Handle, StartError<A::StartError>>
    where
        A: Spawn<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let handle = spawn::start(actor).await?;
        self.add(&handle);
        Ok(handle)
    }

    /// Adds a running actor to this scope.
    ///
    /// If the scope has been shut down, the actor's mailbox is closed. The scope holds no handle: the
    /// actor still ends when its last handle is dropped.
    pub fn add<H: ActorHandle>(&self, handle: &H)
    where
        H::Message: Message<AtRest: Send> + Send,
    {
        self.push(Member::Actor(handle.as_handle().0.clone()));
    }

    /// Creates a scope that is shut down with this one, in its place among the actors. It may also be
    /// shut down earlier.
    #[must_use]
    pub fn child(&self) -> Self {
        let child = Self::with_deadline(self.0.deadline);
        self.push(Member::Scope(Arc::downgrade(&child.0)));
        child
    }

    fn push(&self, member: Member) {
        let mut members = lock(&self.0.members);
        if members.is_closed {
            drop(members);
            member.close();
            return;
        }
        // Members that have ended are removed when the list has doubled since the last time, so the
        // amortized cost of an addition is constant.
        if members.list.len() >= members.sweep_at {
            members.list.retain(|member| !member.is_gone());
            members.sweep_at = SWEEP.max(2 * members.list.len());
        }
        members.list.push(member);
    }

    /// Returns the number of actors and scopes in it that have not ended.
    #[must_use]
    pub fn len(&self) -> usize {
        lock(&self.0.members).list.iter().filter(|member| member.is_alive()).count()
    }

    /// Returns `true` if everything in it has ended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stops everything in the scope in reverse order, and returns how each actor ended.
    ///
    /// From the first poll on, actors that are added to the scope are closed. Calling it more than
    /// once, also concurrently, is allowed.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime with its timer enabled, if there is anything to stop.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, an actor that was asked to stop still stops, and the others keep
    /// running. Calling `shutdown` again stops the rest; actors that ended before are not reported
    /// again.
    pub async fn shutdown(&self) -> Vec<MemberExit> {
        let mut ended = Vec::new();
        if self.last().is_none() {
            lock(&self.0.members).is_closed = true;
            return ended;
        }
        let now = tokio::time::Instant::now();
        let deadline = now.checked_add(self.0.deadline).unwrap_or(now + FOR_EVER);
        // Boxed, since the loop of every actor contains this future and few have children.
        Box::pin(self.0.shutdown(deadline, &mut ended)).await;
        ended
    }

    /// Aborts everything in the scope without waiting for it to end.
    pub fn abort(&self) {
        self.0.abort();
    }

    /// Waits for Ctrl-C or, on Unix, SIGTERM, and then [shuts down](Self::shutdown) the scope.
    ///
    /// # Errors
    ///
    /// Returns an error if listening for the signals fails.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime with its drivers enabled.
    #[cfg(feature = "signal")]
    #[cfg_attr(docsrs, doc(cfg(feature = "signal")))]
    pub async fn until_signal(&self) -> std::io::Result<Vec<MemberExit>> {
        signal().await?;
        Ok(self.shutdown().await)
    }

    fn last(&self) -> Option<Member> {
        self.0.last()
    }
}

impl Inner {
    /// Closes the scope to new members, and returns the member to stop next.
    fn last(&self) -> Option<Member> {
        let mut members = lock(&self.members);
        members.is_closed = true;
        members.list.last().cloned()
    }

    /// Removes a member that has ended.
    fn remove(&self, ended: &Member) {
        let mut members = lock(&self.members);
        let before = members.list.len();
        let mut gone = Vec::with_capacity(1);
        for at in (0..before).rev() {
            if members.list[at].is(ended) {
                gone.push(members.list.remove(at));
                break;
            }
        }
        drop(members);
        drop(gone);
    }

    async fn shutdown(&self, deadline: tokio::time::Instant, ended: &mut Vec<MemberExit>) {
        while let Some(member) = self.last() {
            match &member {
                Member::Actor(life) => ended.push(stop(&**life, deadline).await),
                Member::Scope(scope) => {
                    if let Some(scope) = scope.upgrade() {
                        Box::pin(scope.shutdown(deadline, ended)).await;
                    }
                }
            }
            self.remove(&member);
        }
    }

    fn abort(&self) {
        let mut members = lock(&self.members);
        members.is_closed = true;
        // They remain in the list, since they have not ended yet.
        let list = members.list.clone();
        drop(members);
        list.iter().rev().for_each(Member::abort);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.abort();
    }
}

/// Stops one actor: closes it, and aborts it at the deadline.
async fn stop(life: &(dyn Life + Send + Sync), deadline: tokio::time::Instant) -> MemberExit {
    life.close();
    let mut reason = tokio::time::timeout_at(deadline, ended(life)).await.ok();
    if reason.is_none() {
        life.abort();
        reason = tokio::time::timeout(GRACE, ended(life)).await.ok();
    }
    MemberExit { name: life.name(), reason }
}

/// Waits for the end of an actor.
fn ended<'a>(life: &'a (dyn Life + Send + Sync)) -> impl Future<Output = ExitReason> + 'a {
    struct Watch<'a> {
        life: &'a (dyn Life + Send + Sync),
        ticket: Option<u64>,
    }
    impl Drop for Watch<'_> {
        fn drop(&mut self) {
            if let Some(ticket) = self.ticket {
                self.life.unwatch(ticket);
            }
        }
    }
    let mut watch = Watch { life, ticket: None };
    poll_fn(move |cx| {
        let Watch { life, ticket } = &mut watch;
        life.poll_ended(ticket, cx)
    })
}

impl Member {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Actor(life), Self::Actor(other)) => life.is(Arc::as_ptr(other).addr()),
            (Self::Scope(scope), Self::Scope(other)) => scope.ptr_eq(other),
            _ => false,
        }
    }

    /// Whether it has ended for good. Actors can still be added to an empty scope.
    fn is_gone(&self) -> bool {
        match self {
            Self::Actor(life) => life.exit_reason().is_some(),
            Self::Scope(scope) => scope.strong_count() == 0,
        }
    }

    fn is_alive(&self) -> bool {
        match self {
            Self::Actor(life) => life.exit_reason().is_none(),
            Self::Scope(scope) => scope.upgrade().is_some_and(|scope| !Scope(scope).is_empty()),
        }
    }

    fn close(&self) {
        match self {
            Self::Actor(life) => life.close(),
            Self::Scope(scope) => {
                if let Some(scope) = scope.upgrade() {
                    lock(&scope.members).is_closed = true;
                }
            }
        }
    }

    fn abort(&self) {
        match self {
            Self::Actor(life) => life.abort(),
            Self::Scope(scope) => {
                if let Some(scope) = scope.upgrade() {
                    scope.abort();
                }
            }
        }
    }
}

#[cfg(all(feature = "signal", unix))]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    poll_fn(|cx| {
        if terminate.poll_recv(cx).is_ready() || interrupt.poll_recv(cx).is_ready() {
            return Poll::Ready(());
        }
        Poll::Pending
    })
    .await;
    Ok(())
}

#[cfg(all(feature = "signal", not(unix)))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
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
