//! Starts actors in random ways, and records their exits.

use std::{future::ready, sync::Arc, time::Duration};

use actor_runtime::{
    ActorHandle, Builder, Capacity, ExitReason, Method, OnPanic, Restarts, StartError,
};
use tokio::task::AbortHandle;

use crate::{
    account::{AfterPanic, Life},
    options::Mode,
    rng::Rng,
    subject::{Start, Subject, SubjectHandle, ToldToFail},
    tally::Seen,
    world::{Known, World, lock},
};

/// By chance, this many actors in a row do not fail to start.
const TRIES: usize = 100;

/// An actor that is to be started.
struct At {
    place: usize,
    life: Arc<Life>,
    start: Start,
}

impl At {
    fn known(&self, subject: SubjectHandle, task: Option<AbortHandle>) -> Known {
        Known { place: self.place, life: self.life.clone(), subject, task }
    }
}

impl World {
    /// Starts an actor in this place. Some attempts fail on purpose.
    pub(crate) async fn restart(self: &Arc<Self>, place: usize, rng: &mut Rng) -> Known {
        for _ in 0..TRIES {
            if let Some(known) = self.try_to_start(place, rng).await {
                self.ledger.saw(Seen::Started);
                self.watch(&known);
                self.put(&known);
                return known;
            }
        }
        panic!("{TRIES} actors in a row failed to start");
    }

    async fn try_to_start(self: &Arc<Self>, place: usize, rng: &mut Rng) -> Option<Known> {
        let after_panic = *rng.pick(&[
            AfterPanic::Ends,
            AfterPanic::GoesOn,
            AfterPanic::GoesOn,
            AfterPanic::Restarts,
        ]);
        let start = match rng.below(24) {
            0 => Start::Fail,
            1 => Start::Panic,
            2 => Start::Abort,
            _ => Start::Succeed,
        };
        let capacity = *rng.pick(&[
            Capacity::bounded(1),
            Capacity::bounded(2),
            Capacity::bounded(8),
            Capacity::DEFAULT,
            Capacity::UNBOUNDED,
        ]);
        let life = self.ledger.life(after_panic);
        // All calls of one life in four are queued.
        let is_inline = rng.below(4) > 0;
        let builder = Builder::new().mailbox(capacity).inline(is_inline);
        let at = At { place, life, start };
        match after_panic {
            AfterPanic::Ends => self.start_once(at, builder, rng).await,
            AfterPanic::GoesOn => {
                self.start_once(at, builder.on_panic(OnPanic::Continue), rng).await
            }
            AfterPanic::Restarts => self.start_restarting(at, builder, rng).await,
        }
    }

    async fn start_once(
        self: &Arc<Self>,
        at: At,
        builder: Builder,
        rng: &mut Rng,
    ) -> Option<Known> {
        let subject = Subject::new(at.life.clone(), self.ledger.clone(), at.start);
        let started = match rng.below(4) {
            0 if at.start == Start::Succeed => {
                at.life.hand_over();
                let (subject, run) = builder.pair(subject);
                let task = tokio::spawn(async { drop(run.await) });
                return Some(at.known(subject, Some(task.abort_handle())));
            }
            1 if self.mode == Mode::Multi => {
                let builder = builder.batch(*rng.pick(&[0, 4, 64]));
                builder.start_thread(move || Ok(subject)).await
            }
            2 if at.life.after_panic == AfterPanic::Ends => {
                let scope = lock(&self.scope).clone();
                scope.start(subject).await
            }
            _ => builder.start(subject).await,
        };
        self.note_start(&at, started)
    }

    async fn start_restarting(
        self: &Arc<Self>,
        at: At,
        builder: Builder,
        rng: &mut Rng,
    ) -> Option<Known> {
        let restarts = self.restarts(rng);
        let (ledger, life, mut start, mut own_rng) =
            (self.ledger.clone(), at.life.clone(), at.start, rng.fork());
        let mut make = move || {
            let subject = Subject::new(life.clone(), ledger.clone(), start);
            start = if own_rng.one_in(4) { Start::Fail } else { Start::Succeed };
            subject
        };
        let started = match rng.below(4) {
            0 if at.start == Start::Succeed => {
                at.life.hand_over();
                let (subject, run) = builder.restart(restarts).pair_with(move |_| make());
                let task = tokio::spawn(async { drop(run.await) });
                return Some(at.known(subject, Some(task.abort_handle())));
            }
            1 if self.mode == Mode::Multi => {
                let builder = builder.batch(*rng.pick(&[0, 4, 64])).restart(restarts);
                builder.start_thread_with(move |_| Ok(make())).await
            }
            2 => {
                let scope = lock(&self.scope).clone();
                scope.start_restarting(restarts, move |_| ready(Ok(make()))).await
            }
            _ => builder.restart(restarts).start_with(move |_| ready(Ok(make()))).await,
        };
        self.note_start(&at, started)
    }

    fn restarts(&self, rng: &mut Rng) -> Restarts {
        let any_number = Restarts::at_once(usize::MAX, Duration::MAX);
        if rng.one_in(2) {
            return any_number;
        }
        let steps = 1 + rng.below(20);
        match self.mode {
            // Without jitter, which stays within the range: the seed determines the run.
            Mode::Current => {
                let wait = Duration::from_millis(1) * steps;
                any_number.backoff(wait..=wait)
            }
            Mode::Multi => {
                let least = Duration::from_micros(10);
                any_number.backoff(least..=least * steps)
            }
        }
    }

    /// Notes the outcome of a start. If it failed, there is no actor to end.
    fn note_start(
        &self,
        at: &At,
        started: Result<SubjectHandle, StartError<ToldToFail>>,
    ) -> Option<Known> {
        let reason = match started {
            Ok(subject) => return Some(at.known(subject, None)),
            Err(StartError::Failed(ToldToFail)) => ExitReason::StartFailed,
            Err(StartError::Panicked(_)) => {
                self.ledger.saw(Seen::StartPanicked);
                ExitReason::StartFailed
            }
            Err(StartError::Aborted) => {
                self.ledger.saw(Seen::StartAborted);
                ExitReason::StartFailed
            }
            Err(error) => panic!("{error:?}"),
        };
        at.life.end(reason);
        None
    }

    /// Spawns a task that records the actor's exit.
    fn watch(self: &Arc<Self>, known: &Known) {
        let exited = known.subject.exited();
        let weak = known.subject.downgrade();
        let (world, life) = (self.clone(), known.life.clone());
        let watcher = tokio::spawn(async move {
            let reason = exited.await;
            if let Some(subject) = weak.upgrade() {
                let stats = subject.stats();
                let counts = stats.counts;
                assert_eq!(counts.handled, life.begun(), "handlers ran that were not recorded");
                assert_eq!(subject.mailbox_len(), 0, "messages are left after the end");
                world.ledger.tally.add(Seen::Skipped, counts.skipped);
                match life.after_panic {
                    AfterPanic::Ends => {}
                    AfterPanic::GoesOn => {
                        world.ledger.tally.add(Seen::PanicSurvived, counts.panicked);
                    }
                    AfterPanic::Restarts => {
                        life.check_restarts(stats.restarts.times, counts.panicked);
                    }
                }
            }
            if let ExitReason::Panicked { method, .. } = &reason {
                assert_panics(*method);
            }
            life.end(reason);
        });
        let mut watchers = lock(&self.watchers);
        watchers.retain(|watcher| !watcher.is_finished());
        watchers.push(watcher);
    }
}

/// Asserts that the handler that panics on purpose has panicked.
fn assert_panics(method: Method) {
    let is_injected = ["panic", "panic_now"].contains(&method.name());
    assert!(is_injected, "an invariant was violated in {method}");
}
