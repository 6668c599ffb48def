//! The callers: each performs random operations, one after the other.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use actor_runtime::{ActorHandle, CallError, CallErrorKind, TrySendError};
use tokio::task::JoinHandle;

use crate::{
    account::{Caller, Expects, Ledger, Tag},
    options::Mode,
    rng::Rng,
    subject::{Lease, Pause},
    tally::Seen,
    world::{Known, World, lock},
};

/// A caller that performs one operation after the other.
pub(crate) struct Work {
    world: Arc<World>,
    rng: Rng,
    caller: Caller,
    /// The tasks that wait for deferred replies.
    waiting: Vec<JoinHandle<()>>,
}

/// Performs `ops` operations. Returns the tasks that still wait for a reply.
pub(crate) async fn work(
    world: Arc<World>,
    rng: Rng,
    number: u32,
    ops: u64,
) -> Vec<JoinHandle<()>> {
    let caller = world.ledger.caller();
    let mut work = Work { world, rng, caller, waiting: Vec::new() };
    for _ in 0..ops {
        let to = work.world.any(&mut work.rng).await;
        work.one(number, to).await;
    }
    work.world.does(number, "nothing any more");
    work.waiting
}

impl Work {
    async fn one(&mut self, number: u32, to: Known) {
        let world = self.world.clone();
        let does = |what| world.does(number, what);
        match self.rng.below(200) {
            0..=39 => (does("calls"), self.calls(to).await).1,
            40..=64 => (does("casts"), self.casts(to).await).1,
            65..=79 => (does("tries"), self.tries(to).await).1,
            80..=94 => (does("casts at once"), self.casts_at_once(to)).1,
            95..=109 => (does("gives up"), self.gives_up(to).await).1,
            110..=139 => (does("drops a call"), self.drops(to).await).1,
            140..=149 => (does("asks for later"), self.asks_for_later(to).await).1,
            150..=153 => (does("settles"), self.settles(to).await).1,
            154..=163 => (does("streams"), self.streams(to).await).1,
            164..=168 => (does("blocks a thread"), self.blocks_a_thread(to).await).1,
            169..=171 => (does("has it read"), self.has_it_read(to).await).1,
            172..=177 => (does("travels"), self.travels(to).await).1,
            178..=181 => (does("sends from a drop"), self.sends_from_a_drop(to).await).1,
            182..=185 => (does("panics"), self.panics(to).await).1,
            186..=188 => (does("has it call itself"), self.has_it_call_itself(to).await).1,
            189..=191 => (does("has it adopt"), self.has_it_adopt(to).await).1,
            192..=196 => (does("bursts"), self.bursts(to)).1,
            _ => (does("ends it"), self.ends(to).await).1,
        }
    }

    fn ledger(&self) -> Arc<Ledger> {
        self.world.ledger.clone()
    }

    fn tag(&mut self, to: &Known) -> Tag {
        self.caller.tag(&to.life)
    }

    fn pause(&mut self) -> Pause {
        // Paused time costs nothing.
        let (unit, rarely) = match self.world.mode {
            Mode::Current => (Duration::from_millis(1), 2),
            Mode::Multi => (Duration::from_micros(1), 12),
        };
        if !self.rng.one_in(rarely) {
            return Pause::Yields(self.rng.below(4));
        }
        Pause::Takes(unit * self.rng.below(20))
    }

    async fn calls(&mut self, to: Known) {
        let (tag, pause) = (self.tag(&to), self.pause());
        let outcome = match self.rng.below(4) {
            0 => to.subject.slow(tag, pause).await,
            1 => match to.subject.echo(tag).sent().await {
                Ok(answer) => answer.await,
                Err(_) => return self.ledger().refused(tag, Seen::NotAccepted),
            },
            _ => to.subject.echo(tag).await,
        };
        self.ledger().outcome(tag, Expects::Answer, outcome);
    }

    async fn casts(&mut self, to: Known) {
        let (tag, pause) = (self.tag(&to), self.pause());
        let sent = match self.rng.below(3) {
            0 => to.subject.slow(tag, pause).cast().await,
            _ => to.subject.echo(tag).cast().await,
        };
        match sent {
            Ok(()) => self.ledger().accepted(tag, Seen::CastAccepted),
            Err(_) => self.ledger().refused(tag, Seen::CastRefused),
        }
    }

    async fn tries(&mut self, to: Known) {
        let tag = self.tag(&to);
        let ledger = self.ledger();
        let refused = if self.rng.one_in(2) {
            match to.subject.echo(tag).try_cast() {
                Ok(()) => return ledger.accepted(tag, Seen::TryAccepted),
                Err(error) => error,
            }
        } else {
            match to.subject.echo(tag).try_call() {
                Ok(answer) => {
                    ledger.saw(Seen::TryAccepted);
                    return ledger.outcome(tag, Expects::Answer, answer.await);
                }
                Err(error) => error,
            }
        };
        match refused {
            TrySendError::Full(_) => ledger.refused(tag, Seen::TryFull),
            TrySendError::Closed(_) | TrySendError::LeaseEnded(_) => {
                ledger.refused(tag, Seen::TryClosed);
            }
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "every operation takes what it deals with")]
    fn casts_at_once(&mut self, to: Known) {
        let tag = self.tag(&to);
        match to.subject.echo(tag).cast_now() {
            Ok(()) => self.ledger().accepted(tag, Seen::NowAccepted),
            Err(_) => self.ledger().refused(tag, Seen::NowRefused),
        }
    }

    async fn gives_up(&mut self, to: Known) {
        let (tag, pause) = (self.tag(&to), self.pause());
        let after = match self.world.mode {
            Mode::Current => Duration::from_millis(self.rng.below(12).into()),
            Mode::Multi => Duration::from_micros(self.rng.below(200).into()),
        };
        let outcome = to.subject.slow(tag, pause).timeout(after).await;
        self.ledger().outcome(tag, Expects::Answer, outcome);
    }

    /// Drops a future after a few polls, whatever its state.
    async fn drops(&mut self, to: Known) {
        let (tag, pause) = (self.tag(&to), self.pause());
        let polls = self.rng.below(5);
        let ledger = self.ledger();
        match self.rng.below(3) {
            0 => match after_polls(polls, to.subject.slow(tag, pause).cast()).await {
                Some(Ok(())) => ledger.accepted(tag, Seen::CastAccepted),
                Some(Err(_)) => ledger.refused(tag, Seen::CastRefused),
                None if polls == 0 => ledger.refused(tag, Seen::CallUnsent),
                None => ledger.saw(Seen::CastDropped),
            },
            1 => match after_polls(polls, to.subject.slow(tag, pause).sent()).await {
                Some(Ok(answer)) => {
                    let polls = self.rng.below(5);
                    let outcome = after_polls(polls, answer).await;
                    note_unless_dropped(&ledger, tag, outcome);
                }
                Some(Err(_)) => ledger.refused(tag, Seen::NotAccepted),
                None if polls == 0 => ledger.refused(tag, Seen::CallUnsent),
                None => ledger.saw(Seen::CallDropped),
            },
            _ => match after_polls(polls, to.subject.slow(tag, pause)).await {
                None if polls == 0 => ledger.refused(tag, Seen::CallUnsent),
                outcome => note_unless_dropped(&ledger, tag, outcome),
            },
        }
    }

    /// Leaves a task that waits for the reply.
    async fn asks_for_later(&mut self, to: Known) {
        let tag = self.tag(&to);
        let ledger = self.ledger();
        let Ok(answer) = to.subject.later(tag).sent().await else {
            return ledger.refused(tag, Seen::NotAccepted);
        };
        self.waiting.retain(|waiting| !waiting.is_finished());
        self.waiting.push(tokio::spawn(async move {
            ledger.outcome(tag, Expects::Deferred, answer.await);
        }));
    }

    async fn settles(&mut self, to: Known) {
        let tag = self.tag(&to);
        let outcome = to.subject.settle(tag, self.rng.one_in(3)).await;
        self.ledger().outcome(tag, Expects::Answer, outcome);
    }

    async fn streams(&mut self, to: Known) {
        let tag = self.tag(&to);
        let count = self.rng.below(6);
        let reads = if self.rng.one_in(2) { count + 1 } else { self.rng.below(count + 1) };
        let buffer = self.rng.below(3) as usize;
        let calls_meanwhile = self.rng.one_in(2);
        let ledger = self.ledger();
        let Ok(mut values) = to.subject.stream(tag, count).buffer(buffer).sent().await else {
            return ledger.refused(tag, Seen::NotAccepted);
        };
        for expected in 0..reads {
            match values.next().await.map(|value| value.map_err(CallError::into_kind)) {
                Some(Ok(value)) => {
                    assert_eq!(value, expected, "a value of {tag:?} is missing");
                    if calls_meanwhile && expected == 0 {
                        let called = self.tag(&to);
                        let outcome = to.subject.echo(called).await;
                        ledger.outcome(called, Expects::Answer, outcome);
                    }
                }
                Some(Err(CallErrorKind::Stopped)) => return ledger.saw(Seen::StreamCut),
                Some(Err(error)) => panic!("{tag:?}: {error:?}"),
                None => {
                    assert_eq!(expected, count, "{tag:?} ended too early");
                    return ledger.saw(Seen::StreamRead);
                }
            }
        }
        ledger.saw(Seen::StreamLeft);
    }

    async fn blocks_a_thread(&mut self, to: Known) {
        let tag = self.tag(&to);
        let ledger = self.ledger();
        let subject = to.subject;
        if self.rng.one_in(2) {
            let cast = self.world.threads.run(move || subject.echo(tag).cast_blocking()).await;
            return match cast {
                Some(Ok(())) => ledger.accepted(tag, Seen::ThreadCast),
                Some(Err(_)) => ledger.refused(tag, Seen::CastRefused),
                None => ledger.refused(tag, Seen::CallUnsent),
            };
        }
        let Some(outcome) = self.world.threads.run(move || subject.echo(tag).blocking()).await
        else {
            return ledger.refused(tag, Seen::CallUnsent);
        };
        let seen = if outcome.is_ok() { Seen::ThreadAnswered } else { Seen::ThreadRefused };
        ledger.saw(seen);
        ledger.outcome(tag, Expects::Answer, outcome);
    }

    /// Lets actors call each other, in a ring if it comes to that.
    async fn travels(&mut self, to: Known) {
        let tag = self.tag(&to);
        let mut route = Vec::new();
        for _ in 0..1 + self.rng.below(4) {
            let next = self.world.any(&mut self.rng).await;
            let called = self.ledger().caller().tag(&next.life);
            route.push((next.subject, called));
        }
        let outcome = to.subject.travel(tag, route).await;
        self.ledger().outcome(tag, Expects::Answer, outcome);
    }

    /// Lets an actor read a stream of another one, which it calls meanwhile.
    async fn has_it_read(&mut self, to: Known) {
        let tag = self.tag(&to);
        let from = self.world.any(&mut self.rng).await;
        let mut own = self.ledger().caller();
        let tags = [own.tag(&from.life), own.tag(&from.life)];
        let count = self.rng.below(6);
        let outcome = to.subject.read(tag, from.subject, tags, count).await;
        self.ledger().outcome(tag, Expects::Answer, outcome);
    }

    async fn sends_from_a_drop(&mut self, to: Known) {
        let ledger = self.ledger();
        let lease = Lease {
            of: to.subject.downgrade(),
            ledger: ledger.clone(),
            life: to.life.clone(),
            caller: ledger.caller(),
        };
        if self.rng.one_in(3) {
            return drop(lease);
        }
        let tag = self.tag(&to);
        match to.subject.give_back(tag, lease).try_cast() {
            Ok(()) => ledger.accepted(tag, Seen::TryAccepted),
            Err(TrySendError::Full(_)) => ledger.refused(tag, Seen::TryFull),
            Err(TrySendError::Closed(_) | TrySendError::LeaseEnded(_)) => {
                ledger.refused(tag, Seen::TryClosed);
            }
        }
    }

    async fn panics(&mut self, to: Known) {
        let (tag, pause) = (self.tag(&to), self.pause());
        let outcome = match self.rng.below(4) {
            0 => to.subject.panic(tag, pause).await,
            1 => {
                return match to.subject.panic_now(tag).cast().await {
                    Ok(()) => self.ledger().accepted(tag, Seen::CastAccepted),
                    Err(_) => self.ledger().refused(tag, Seen::CastRefused),
                };
            }
            _ => to.subject.panic_now(tag).await,
        };
        self.ledger().outcome(tag, Expects::Panic, outcome);
    }

    async fn has_it_call_itself(&mut self, to: Known) {
        let tag = self.tag(&to);
        let mut own = self.world.ledger.caller();
        let (called, cast) = (own.tag(&to.life), own.tag(&to.life));
        let outcome = to.subject.call_self(tag, called, cast).await;
        self.ledger().outcome(tag, Expects::Answer, outcome);
    }

    async fn has_it_adopt(&mut self, to: Known) {
        let tag = self.tag(&to);
        let outcome = to.subject.adopt(tag).await;
        self.ledger().outcome(tag, Expects::Answer, outcome);
    }

    /// Sends many messages at once, to fill the mailbox.
    #[expect(clippy::needless_pass_by_value, reason = "every operation takes what it deals with")]
    fn bursts(&mut self, to: Known) {
        self.waiting.retain(|waiting| !waiting.is_finished());
        for _ in 0..self.rng.below(12) {
            let mut work = Work {
                world: self.world.clone(),
                rng: self.rng.fork(),
                caller: self.world.ledger.caller(),
                waiting: Vec::new(),
            };
            let to = to.clone();
            self.waiting.push(tokio::spawn(async move {
                match work.rng.below(4) {
                    0 => work.casts(to).await,
                    1 => work.gives_up(to).await,
                    2 => work.drops(to).await,
                    _ => work.calls(to).await,
                }
            }));
        }
    }

    async fn ends(&mut self, to: Known) {
        match self.rng.below(8) {
            0 => to.subject.abort(),
            1 => ActorHandle::close(&to.subject),
            2 => drop(to.subject.shutdown().await),
            3 => self.world.drop_handle(to.place),
            4 => {
                let tag = self.tag(&to);
                let outcome = to.subject.finish(tag).await;
                self.ledger().outcome(tag, Expects::Answer, outcome);
            }
            5 => {
                let tag = self.tag(&to);
                let outcome = to.subject.stop(tag).await;
                self.ledger().outcome(tag, Expects::Answer, outcome);
            }
            6 => match to.task {
                Some(task) => task.abort(),
                None => to.subject.abort(),
            },
            _ => self.ends_a_scope().await,
        }
    }

    async fn ends_a_scope(&mut self) {
        if !self.rng.one_in(4) {
            let world = self.world.clone();
            world.shuts_a_scope_down(&mut self.rng).await;
            return;
        }
        let scope = std::mem::take(&mut *lock(&self.world.scope));
        let ended = scope.shutdown().await;
        assert!(ended.iter().all(|ended| ended.reason.is_some()), "{ended:?}");
        self.ledger().saw(Seen::ScopesShutDown);
    }
}

/// Polls `future` up to `polls` times, then drops it.
async fn after_polls<F: Future>(polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => {
                // Poll again in any case.
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await
}

fn note_unless_dropped(ledger: &Ledger, tag: Tag, outcome: Option<Result<u32, CallError>>) {
    match outcome {
        Some(outcome) => ledger.outcome(tag, Expects::Answer, outcome),
        None => ledger.saw(Seen::CallDropped),
    }
}
