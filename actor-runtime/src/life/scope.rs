//! Scopes: actors that stop together.

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

/// How long a scope waits for its actors to end in order, unless it is told otherwise.
const DEADLINE: Duration = Duration::from_secs(10);

/// A scope looks for what has ended when it has at least so many members.
const SWEEP: usize = 16;

/// As long as a scope waits that is told to wait for longer than a clock can tell.
const FOR_EVER: Duration = Duration::from_secs(86_400 * 365 * 30);

/// How long it waits for an actor that it had to abort: one that blocks its thread does not end.
const GRACE: Duration = Duration::from_secs(1);

/// Owns actors: none of them outlives it.
///
/// Actors stop in reverse order of their start, so one that uses another is started after it and
/// stops before it. Each handles what it had accepted, runs its `#[on_stop]` and ends; then the
/// next one's turn comes. What has not ended at the deadline is aborted.
///
/// Scopes nest: a [`child`](Self::child) stops in its place among the actors of its parent.
/// Dropping a scope aborts what is left in it. Clones are one scope, dropped with the last of them.
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
    /// With so many in the list, those that have ended are taken out.
    sweep_at: usize,
    /// In order of start.
    list: Vec<Member>,
}

#[derive(Clone)]
enum Member {
    Actor(Arc<dyn Life + Send + Sync>),
    Scope(Weak<Inner>),
}

/// The life of an actor, whatever its messages. It keeps no handle.
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

/// How a member of a scope ended. See [`Scope::shutdown`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberExit {
    /// The name of the actor.
    pub name: String,
    /// Why it ended; `None` if it did not even when it was aborted, because it blocks its thread.
    pub reason: Option<ExitReason>,
}

impl Scope {
    /// An empty scope, whose actors have ten seconds to end.
    #[must_use]
    pub fn new() -> Self {
        Self::with_deadline(DEADLINE)
    }

    /// An empty scope. All its actors together have `deadline` to end in order.
    #[must_use]
    pub fn with_deadline(deadline: Duration) -> Self {
        let members = Mutex::new(Members { is_closed: false, sweep_at: SWEEP, list: Vec::new() });
        Self(Arc::new(Inner { deadline, members }))
    }

    /// Starts an actor in this scope. See [`spawn`](crate::spawn).
    ///
    /// If the scope was shut down already, the actor is closed before its first message.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
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

    /// Starts an actor that may fail to in this scope. See [`start`](crate::start).
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn start<A>(&self, actor: A) -> Result<A::Handle, StartError<A::StartError>>
    where
        A: Spawn<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let handle = spawn::start(actor).await?;
        self.add(&handle);
        Ok(handle)
    }

    /// Takes an actor that runs already into this scope, however it was started.
    ///
    /// The scope keeps no handle: an actor whose last handle is dropped ends as ever.
    pub fn add<H: ActorHandle>(&self, handle: &H)
    where
        H::Message: Message<AtRest: Send> + Send,
    {
        self.push(Member::Actor(handle.as_handle().0.clone()));
    }

    /// A scope that ends with this one, in its place among the actors, and may end before it.
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
        // A scope that lives long forgets what has ended. Twice what is left has to come together
        // before it looks again, so a start costs the same however many there are.
        if members.list.len() >= members.sweep_at {
            members.list.retain(|member| !member.is_gone());
            members.sweep_at = SWEEP.max(2 * members.list.len());
        }
        members.list.push(member);
    }

    /// How many of its actors and scopes have not ended.
    #[must_use]
    pub fn len(&self) -> usize {
        lock(&self.0.members).list.iter().filter(|member| member.is_alive()).count()
    }

    /// Whether everything in it has ended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stops everything in the scope, the last first, and says how each actor ended.
    ///
    /// No actor is started in it from here on. To shut down twice, also at the same time, is fine.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its timer enabled, if there is anything to stop.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, what was stopped stays stopped and the rest goes on running.
    /// Shutting down again takes it up from there.
    pub async fn shutdown(&self) -> Vec<MemberExit> {
        let mut ended = Vec::new();
        if self.last().is_none() {
            lock(&self.0.members).is_closed = true;
            return ended;
        }
        let now = tokio::time::Instant::now();
        let deadline = now.checked_add(self.0.deadline).unwrap_or(now + FOR_EVER);
        // Every actor's loop has room for this future, and few have children to stop.
        Box::pin(self.0.shutdown(deadline, &mut ended)).await;
        ended
    }

    /// Aborts everything in the scope, without waiting.
    pub fn abort(&self) {
        self.0.abort();
    }

    /// Waits for Ctrl-C or, on Unix, SIGTERM; then [shuts down](Self::shutdown).
    ///
    /// # Errors
    ///
    /// If the signals cannot be listened for.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its drivers enabled.
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
    /// What is to be stopped next. Once it is asked for, nothing new comes in.
    fn last(&self) -> Option<Member> {
        let mut members = lock(&self.members);
        members.is_closed = true;
        members.list.last().cloned()
    }

    /// Takes a member out that has ended.
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
        // They stay in the list: they have not ended yet.
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

/// Stops one actor: in order until the deadline, and then by force.
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

    /// Whether it has ended for good. A scope that is empty may still be filled.
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
