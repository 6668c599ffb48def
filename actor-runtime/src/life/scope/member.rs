//! A member of a scope: an actor, or a nested scope.

use std::{
    fmt,
    sync::Weak,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    error::Method,
    exit::ExitReason,
    life::scope::members::Members,
    mailbox::Shared,
    slot::message::Message,
    sync::Arc,
    thread::{current::ActorId, ring::Wait},
};

/// An entry in the list of a scope.
#[derive(Clone)]
pub(super) struct Member {
    /// Greater than those of the members before it, and unique among all scopes.
    pub(super) id: usize,
    pub(super) what: What,
}

#[derive(Clone)]
pub(super) enum What {
    Actor(Arc<dyn Life>),
    Scope(Weak<Members>),
}

impl Member {
    /// Whether it has ended for good. Actors can still be added to an empty scope.
    pub(super) fn is_gone(&self) -> bool {
        match &self.what {
            What::Actor(life) => life.exit_reason().is_some(),
            What::Scope(scope) => scope.strong_count() == 0,
        }
    }
}

/// An actor of any message type. It holds no handle, so it does not keep the actor alive.
pub(super) trait Life: Send + Sync {
    fn id(&self) -> ActorId;
    fn name(&self) -> String;
    fn close(&self);
    fn abort(&self);
    fn exit_reason(&self) -> Option<ExitReason>;
    /// The handler that is running, and a lower bound of the time for which it has been, as far as it is known.
    fn running(&self) -> Option<(&'static str, Option<Duration>)>;
    /// Whether the actor runs in another runtime than the current one, or in none.
    fn is_elsewhere(&self) -> bool;
    /// The scope of its children, if it has one and its state is still there.
    fn children(&self) -> Option<Arc<Members>>;
    fn poll_ended(&self, ticket: &mut Option<u64>, cx: &mut Context<'_>) -> Poll<ExitReason>;
    fn unwatch(&self, ticket: u64);
}

impl<M: Message<AtRest: Send> + Send> Life for Shared<M> {
    fn id(&self) -> ActorId {
        self.id()
    }

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

    fn running(&self) -> Option<(&'static str, Option<Duration>)> {
        self.stats().running
    }

    fn is_elsewhere(&self) -> bool {
        self.runtime.is_another()
    }

    fn children(&self) -> Option<Arc<Members>> {
        self.children()?.downcast().ok()
    }

    fn poll_ended(&self, ticket: &mut Option<u64>, cx: &mut Context<'_>) -> Poll<ExitReason> {
        // On record, so that a call of this actor to the one that shuts its scope down is refused.
        let wait = Wait::begin_unrefused(self.id(), Method::new(M::ACTOR, "exited"));
        self.poll_ended(ticket, wait, cx)
    }

    fn unwatch(&self, ticket: u64) {
        self.unwatch(ticket);
    }
}

/// How an actor in a scope ended. See [`Scope::shutdown`](crate::Scope::shutdown).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberExit {
    /// The name of the actor.
    pub name: String,
    /// The name of the actor whose child it is, if it is listed because that actor did not end in its
    /// time.
    pub parent: Option<String>,
    /// Why it ended, or `None` if it had not ended a second after it was aborted, which happens if a
    /// handler blocks its thread.
    pub reason: Option<ExitReason>,
    /// The handler or hook that was running when the actor was aborted because of the deadline, and a lower
    /// bound of the time for which it had been running, as in [`Stats::running`](crate::Stats::running).
    pub running: Option<(&'static str, Option<Duration>)>,
}

impl fmt::Display for MemberExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, parent, reason, running } = self;
        write!(f, "`{name}`")?;
        if let Some(parent) = parent {
            write!(f, ", a child of `{parent}`")?;
        }
        match reason {
            Some(reason) => write!(f, ": {reason}")?,
            None => f.write_str(": has not ended")?,
        }
        match running {
            Some((method, Some(time))) => {
                write!(f, ", while it had been running `{method}` for {time:?}")
            }
            Some((method, None)) => write!(f, ", while it was running `{method}`"),
            None => Ok(()),
        }
    }
}
