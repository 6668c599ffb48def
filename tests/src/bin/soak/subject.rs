//! The actors that are soaked.

use std::{collections::HashMap, sync::Arc, time::Duration};

use actor_runtime::{
    ActorHandle, CallError, CallErrorKind, Context, Replies, Reply, SendError, WeakHandle, actor,
};

use crate::{
    account::{AtWork, Caller, Ledger, Life, Tag},
    tally::Seen,
};

/// How every panic begins that is meant to happen.
pub(crate) const INJECTED: &str = "soak:";

/// How slow a handler is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pause {
    /// So many times, others come first.
    Yields(u32),
    /// It waits for something that takes that long.
    Takes(Duration),
}

impl Pause {
    pub(crate) async fn wait(self) {
        match self {
            Self::Yields(times) => {
                for _ in 0..times {
                    tokio::task::yield_now().await;
                }
            }
            Self::Takes(time) => tokio::time::sleep(time).await,
        }
    }
}

/// What `on_start` is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Succeed,
    Fail,
    Panic,
    Abort,
}

/// Why a subject did not start: it was told so.
#[derive(Debug)]
pub(crate) struct ToldToFail;

/// Sends a message when it is dropped, as one who gives something back.
pub(crate) struct Lease {
    pub(crate) of: WeakHandle<SubjectHandle>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) life: Arc<Life>,
    pub(crate) caller: Caller,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(subject) = self.of.upgrade() else {
            return;
        };
        let tag = self.caller.tag(&self.life);
        match subject.echo(tag).cast_now() {
            Ok(()) => self.ledger.accepted(tag, Seen::LeaseReturned),
            Err(_) => self.ledger.refused(tag, Seen::NowRefused),
        }
    }
}

/// Nothing, but alive.
pub(crate) struct Child;

#[actor]
impl Child {
    #[on_idle]
    async fn idle(&mut self) {
        tokio::task::yield_now().await;
    }

    /// Does nothing.
    pub(crate) fn nothing(&self) {}
}

/// Does everything that can go wrong.
///
/// It has no `#[on_idle]`, so its callers run its `fn` handlers themselves where it is a task of tokio:
/// at once with those that others have queued, and in the same order for each.
pub(crate) struct Subject {
    life: Arc<Life>,
    ledger: Arc<Ledger>,
    start: Start,
    /// The last step of each caller.
    steps: HashMap<u32, u32>,
    kept: Vec<(u32, Reply<u32>)>,
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.life.drop_state();
    }
}

#[actor]
impl Subject {
    pub(crate) fn new(life: Arc<Life>, ledger: Arc<Ledger>, start: Start) -> Self {
        Self { life, ledger, start, steps: HashMap::new(), kept: Vec::new() }
    }

    fn begin(&mut self, tag: Tag) -> AtWork {
        if let Some(before) = self.steps.insert(tag.caller, tag.step) {
            assert!(before < tag.step, "{tag:?} was overtaken by step {before}");
        }
        self.life.begin(tag)
    }

    #[on_start]
    async fn start(&mut self, context: &Context<Self>) -> Result<(), ToldToFail> {
        let _at_work = self.life.work();
        tokio::task::yield_now().await;
        match self.start {
            Start::Succeed => Ok(()),
            Start::Fail => Err(ToldToFail),
            Start::Panic => panic!("{INJECTED} at the start"),
            Start::Abort => {
                if let Some(own) = context.handle().upgrade() {
                    own.abort();
                }
                std::future::pending().await
            }
        }
    }

    #[on_stop]
    async fn stop_working(&mut self) {
        let _at_work = self.life.work();
        tokio::task::yield_now().await;
    }

    /// Answers.
    pub(crate) fn echo(&mut self, tag: Tag) -> u32 {
        let _at_work = self.begin(tag);
        tag.id
    }

    /// Answers after a while.
    pub(crate) async fn slow(&mut self, tag: Tag, pause: Pause) -> u32 {
        let _at_work = self.begin(tag);
        pause.wait().await;
        tag.id
    }

    /// Panics after a while.
    pub(crate) async fn panic(&mut self, tag: Tag, pause: Pause) -> u32 {
        let _at_work = self.begin(tag);
        pause.wait().await;
        panic!("{INJECTED} {}", tag.id);
    }

    /// Is answered by `settle`.
    pub(crate) fn later(&mut self, tag: Tag, reply: Reply<u32>) {
        let _at_work = self.begin(tag);
        self.kept.push((tag.id, reply));
    }

    /// Answers those who wait for it, or lets their replies go.
    pub(crate) fn settle(&mut self, tag: Tag, forgets: bool) -> u32 {
        let _at_work = self.begin(tag);
        for (id, reply) in self.kept.drain(..) {
            if forgets { drop(reply) } else { reply.send(id) }
        }
        tag.id
    }

    /// Gives so many values.
    pub(crate) async fn stream(&mut self, tag: Tag, count: u32, mut replies: Replies<u32>) {
        let _at_work = self.begin(tag);
        for value in 0..count {
            if replies.send(value).await.is_err() {
                return;
            }
        }
    }

    /// Calls another in its turn, and gives what came of that.
    pub(crate) async fn relay(
        &mut self,
        tag: Tag,
        to: SubjectHandle,
        inner: Tag,
    ) -> Result<u32, CallError> {
        let _at_work = self.begin(tag);
        to.echo(inner).await
    }

    /// Calls itself, and casts to itself, which may be one too many.
    pub(crate) async fn call_self(
        &mut self,
        tag: Tag,
        called: Tag,
        cast: Tag,
        context: &Context<Self>,
    ) -> u32 {
        let _at_work = self.begin(tag);
        let Some(own) = context.handle().upgrade() else {
            return tag.id;
        };
        match own.echo(called).await.map_err(CallError::into_kind) {
            Err(CallErrorKind::WouldDeadlock { .. }) => {
                self.ledger.refused(called, Seen::OwnCallRefused);
            }
            outcome => panic!("a call to oneself gave {outcome:?}"),
        }
        match own.echo(cast).cast().await {
            Ok(()) => self.ledger.accepted(cast, Seen::CastAccepted),
            Err(SendError::WouldDeadlock(_) | _) => self.ledger.refused(cast, Seen::CastRefused),
        }
        tag.id
    }

    /// Takes on a child.
    pub(crate) fn adopt(&mut self, tag: Tag, context: &Context<Self>) -> u32 {
        let _at_work = self.begin(tag);
        self.life.adopt(context.children().spawn(Child));
        tag.id
    }

    /// Takes a lease, and lets it go.
    pub(crate) fn give_back(&mut self, tag: Tag, lease: Lease) -> u32 {
        let _at_work = self.begin(tag);
        drop(lease);
        tag.id
    }

    /// Stops, from inside.
    pub(crate) fn stop(&mut self, tag: Tag, context: &Context<Self>) -> u32 {
        let _at_work = self.begin(tag);
        context.stop();
        tag.id
    }

    /// Is the last.
    pub(crate) fn finish(mut self, tag: Tag) -> u32 {
        let _at_work = self.begin(tag);
        tag.id
    }
}
