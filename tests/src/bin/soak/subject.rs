//! The actors under test.

use std::{sync::Arc, time::Duration};

use actor_runtime::{
    ActorHandle, CallError, CallErrorKind, Context, Replies, Reply, SendError, WeakHandle, actor,
};

use crate::{
    account::{AtWork, Caller, Ledger, Life, Tag},
    tally::Seen,
};

/// The beginning of the texts of injected panics.
pub(crate) const INJECTED: &str = "soak:";

/// How slow a handler is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pause {
    /// It yields this many times.
    Yields(u32),
    /// It sleeps.
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

/// What `on_start` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Succeed,
    Fail,
    Panic,
    Abort,
}

/// The error of a start that fails on purpose.
#[derive(Debug)]
pub(crate) struct ToldToFail;

/// Sends a message when it is dropped, like a guard that returns something.
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

/// An actor that does nothing.
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

/// An actor that does everything that can go wrong.
///
/// It has no `#[on_idle]`, so its `fn` handlers run inline when it is a tokio task, interleaved with the
/// queued messages of other callers.
pub(crate) struct Subject {
    life: Arc<Life>,
    ledger: Arc<Ledger>,
    start: Start,
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
        life.make_state();
        Self { life, ledger, start, kept: Vec::new() }
    }

    fn begin(&mut self, tag: Tag) -> AtWork {
        self.life.begin(tag)
    }

    #[on_start]
    async fn start(&mut self, context: &Context<Self>) -> Result<(), ToldToFail> {
        let _at_work = self.life.work();
        tokio::task::yield_now().await;
        match self.start {
            Start::Succeed => Ok(()),
            Start::Fail => {
                self.life.fail_to_start();
                Err(ToldToFail)
            }
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

    /// Replies.
    pub(crate) fn echo(&mut self, tag: Tag) -> u32 {
        let _at_work = self.begin(tag);
        tag.id
    }

    /// Replies after a pause.
    pub(crate) async fn slow(&mut self, tag: Tag, pause: Pause) -> u32 {
        let _at_work = self.begin(tag);
        pause.wait().await;
        tag.id
    }

    /// Panics after a pause.
    pub(crate) async fn panic(&mut self, tag: Tag, pause: Pause) -> u32 {
        let _at_work = self.begin(tag);
        pause.wait().await;
        panic!("{INJECTED} {}", tag.id);
    }

    /// Panics, inline if it runs there.
    pub(crate) fn panic_now(&mut self, tag: Tag) -> u32 {
        let _at_work = self.begin(tag);
        panic!("{INJECTED} {}", tag.id);
    }

    /// Keeps the reply for `settle`.
    pub(crate) fn later(&mut self, tag: Tag, reply: Reply<u32>) {
        let _at_work = self.begin(tag);
        self.kept.push((tag.id, reply));
    }

    /// Sends or drops the kept replies.
    pub(crate) fn settle(&mut self, tag: Tag, forgets: bool) -> u32 {
        let _at_work = self.begin(tag);
        for (id, reply) in self.kept.drain(..) {
            if forgets { drop(reply) } else { reply.send(id) }
        }
        tag.id
    }

    /// Streams `count` values.
    pub(crate) async fn stream(&mut self, tag: Tag, count: u32, mut replies: Replies<u32>) {
        let _at_work = self.begin(tag);
        for value in 0..count {
            if replies.send(value).await.is_err() {
                return;
            }
        }
    }

    /// Calls the last actor of `route` with the rest of it. It may be one that waits for this call.
    pub(crate) async fn travel(&mut self, tag: Tag, mut route: Vec<(SubjectHandle, Tag)>) -> u32 {
        let _at_work = self.begin(tag);
        if let Some((next, called)) = route.pop() {
            let call = next.travel(called, route);
            let outcome = match called.id % 2 {
                0 => call.await,
                _ => match call.sent().await {
                    Ok(answer) => {
                        // Does not wait for the other actor yet, which may now wait for this one.
                        Pause::Yields(3).wait().await;
                        answer.await
                    }
                    Err(SendError::WouldDeadlock(_)) => {
                        self.ledger.refused(called, Seen::RingRefused);
                        return tag.id;
                    }
                    Err(_) => {
                        self.ledger.refused(called, Seen::NotAccepted);
                        return tag.id;
                    }
                },
            };
            self.ledger.outcome_in_handler(called, outcome);
        }
        tag.id
    }

    /// Reads a stream of another actor, and calls that actor before it has read all.
    pub(crate) async fn read(
        &mut self,
        tag: Tag,
        from: SubjectHandle,
        [streamed, called]: [Tag; 2],
        count: u32,
    ) -> u32 {
        let _at_work = self.begin(tag);
        let Ok(mut values) = from.stream(streamed, count).buffer(0).sent().await else {
            self.ledger.refused(streamed, Seen::NotAccepted);
            return tag.id;
        };
        let mut expected = 0;
        while let Some(value) = values.next().await {
            match value.map_err(CallError::into_kind) {
                Ok(value) => assert_eq!(value, expected, "a value of {streamed:?} is missing"),
                Err(CallErrorKind::Stopped) => self.ledger.saw(Seen::StreamCut),
                Err(CallErrorKind::WouldDeadlock { .. }) => self.ledger.saw(Seen::RingOfStream),
                Err(error) => panic!("{streamed:?}: {error:?}"),
            }
            if expected == 0 {
                let outcome = from.echo(called).await;
                self.ledger.outcome_in_handler(called, outcome);
            }
            expected += 1;
        }
        tag.id
    }

    /// Calls itself, which is refused, and casts to itself, which is refused if its mailbox is full.
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
            outcome => panic!("a call to itself gave {outcome:?}"),
        }
        match own.echo(cast).cast().await {
            Ok(()) => self.ledger.accepted(cast, Seen::CastAccepted),
            Err(SendError::WouldDeadlock(_) | _) => self.ledger.refused(cast, Seen::CastRefused),
        }
        tag.id
    }

    /// Spawns a child.
    pub(crate) fn adopt(&mut self, tag: Tag, context: &Context<Self>) -> u32 {
        let _at_work = self.begin(tag);
        self.life.adopt(context.children().spawn(Child));
        tag.id
    }

    /// Drops a lease.
    pub(crate) fn give_back(&mut self, tag: Tag, lease: Lease) -> u32 {
        let _at_work = self.begin(tag);
        drop(lease);
        tag.id
    }

    /// Stops its actor.
    pub(crate) fn stop(&mut self, tag: Tag, context: &Context<Self>) -> u32 {
        let _at_work = self.begin(tag);
        context.stop();
        tag.id
    }

    /// Ends the actor.
    pub(crate) fn finish(mut self, tag: Tag) -> u32 {
        let _at_work = self.begin(tag);
        tag.id
    }
}
