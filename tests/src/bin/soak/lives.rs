//! Starts actors in random ways, and records their exits.

use std::sync::Arc;

use actor_runtime::{ActorHandle, Builder, Capacity, ExitReason, Method, OnPanic, StartError};

use crate::{
    account::Life,
    options::Mode,
    rng::Rng,
    subject::{Start, Subject, SubjectHandle, ToldToFail},
    tally::Seen,
    world::{Known, World, lock},
};

/// By chance, this many actors in a row do not fail to start.
const TRIES: usize = 100;

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
        let on_panic = *rng.pick(&[OnPanic::End, OnPanic::Continue]);
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
        let life = self.ledger.life(on_panic == OnPanic::Continue);
        // All calls of one life in four are queued.
        let is_inline = rng.below(4) > 0;
        let builder = Builder::new().on_panic(on_panic).mailbox(capacity).inline(is_inline);
        let ledger = self.ledger.clone();
        let subject = Subject::new(life.clone(), ledger, start);
        let known = |subject, task| Known { place, life: life.clone(), subject, task };
        match rng.below(4) {
            0 if start == Start::Succeed => {
                life.hand_over();
                let (subject, run) = builder.pair(subject);
                let task = tokio::spawn(async { drop(run.await) });
                Some(known(subject, Some(task.abort_handle())))
            }
            1 if self.mode == Mode::Multi => {
                let builder = builder.batch(*rng.pick(&[0, 4, 64]));
                let started = builder.start_thread(move || Ok(subject)).await;
                self.note_start(&life, started).map(|subject| known(subject, None))
            }
            2 if on_panic == OnPanic::End => {
                let scope = lock(&self.scope).clone();
                let started = scope.start(subject).await;
                self.note_start(&life, started).map(|subject| known(subject, None))
            }
            _ => {
                let started = builder.start(subject).await;
                self.note_start(&life, started).map(|subject| known(subject, None))
            }
        }
    }

    /// Notes the outcome of a start. If it failed, there is no actor to end.
    fn note_start(
        &self,
        life: &Life,
        started: Result<SubjectHandle, StartError<ToldToFail>>,
    ) -> Option<SubjectHandle> {
        let reason = match started {
            Ok(subject) => return Some(subject),
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
        life.end(reason);
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
                let counts = subject.stats().counts;
                assert_eq!(counts.handled, life.begun(), "handlers ran that were not recorded");
                assert_eq!(subject.mailbox_len(), 0, "messages are left after the end");
                world.ledger.tally.add(Seen::Skipped, counts.skipped);
                let survived = if life.goes_on_after_panic { counts.panicked } else { 0 };
                world.ledger.tally.add(Seen::PanicSurvived, survived);
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
    assert_eq!(method.name(), "panic", "an invariant was violated in a handler");
}
