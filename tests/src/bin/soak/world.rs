//! The state that all callers share: places with an actor each, and what every caller is doing.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use actor_runtime::{ActorHandle, Scope, WeakHandle};
use tokio::task::{AbortHandle, JoinHandle};

use crate::{
    account::{Ledger, Life},
    options::Mode,
    rng::Rng,
    subject::SubjectHandle,
    tally::Seen,
    threads::Threads,
};

/// The number of actors.
const PLACES: usize = 6;

/// A running actor, as its callers know it.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) place: usize,
    pub(crate) life: Arc<Life>,
    pub(crate) subject: SubjectHandle,
    /// Its task, if the world spawned it.
    pub(crate) task: Option<AbortHandle>,
}

/// The place of an actor, which may have ended.
pub(crate) struct Place {
    pub(crate) life: Arc<Life>,
    /// `None` once it was dropped. The actor then lives as long as callers have handles.
    pub(crate) subject: Option<SubjectHandle>,
    pub(crate) weak: WeakHandle<SubjectHandle>,
    pub(crate) task: Option<AbortHandle>,
}

pub(crate) struct World {
    pub(crate) mode: Mode,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) scope: Mutex<Scope>,
    pub(crate) watchers: Mutex<Vec<JoinHandle<()>>>,
    pub(crate) threads: Threads,
    places: Vec<Mutex<Option<Place>>>,
    done: AtomicU64,
    doing: Mutex<Vec<&'static str>>,
}

/// Locks `mutex`, even if it is poisoned, for the report after a panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(mode: Mode, ops: u64) -> Arc<Self> {
        Arc::new(Self {
            mode,
            ledger: Ledger::new(ops),
            scope: Mutex::new(Scope::new()),
            watchers: Mutex::new(Vec::new()),
            threads: Threads::new(mode),
            places: std::iter::repeat_with(|| Mutex::new(None)).take(PLACES).collect(),
            done: AtomicU64::new(0),
            doing: Mutex::new(vec!["nothing"; crate::CALLERS as usize]),
        })
    }

    /// Puts an actor into each place.
    pub(crate) async fn populate(self: &Arc<Self>, rng: &mut Rng) {
        for place in 0..PLACES {
            self.restart(place, rng).await;
        }
    }

    /// An actor to call, in most cases one that is alive.
    pub(crate) async fn any(self: &Arc<Self>, rng: &mut Rng) -> Known {
        let place = *rng.pick(&[0, 1, 2, 3, 4, 5]);
        self.at(place, rng).await
    }

    /// The actor of this place, or a new one.
    pub(crate) async fn at(self: &Arc<Self>, place: usize, rng: &mut Rng) -> Known {
        let known = self.look(place);
        // Some callers use an actor that has ended.
        match known {
            Some(known) if !known.subject.is_closed() || rng.one_in(4) => known,
            _ => self.restart(place, rng).await,
        }
    }

    fn look(&self, place: usize) -> Option<Known> {
        let at = lock(&self.places[place]);
        let here = at.as_ref()?;
        let subject = here.subject.clone().or_else(|| {
            let upgraded = here.weak.upgrade();
            let seen = if upgraded.is_some() { Seen::WeakUpgraded } else { Seen::WeakGone };
            self.ledger.saw(seen);
            upgraded
        })?;
        let (life, task) = (here.life.clone(), here.task.clone());
        Some(Known { place, life, subject, task })
    }

    /// Puts another actor into this place.
    pub(crate) fn put(&self, known: &Known) {
        let place = Place {
            life: known.life.clone(),
            subject: Some(known.subject.clone()),
            weak: known.subject.downgrade(),
            task: known.task.clone(),
        };
        let before = lock(&self.places[known.place]).replace(place);
        drop(before);
    }

    /// Drops the handle in the place.
    pub(crate) fn drop_handle(&self, place: usize) {
        let subject = lock(&self.places[place]).as_mut().and_then(|place| place.subject.take());
        drop(subject);
    }

    /// Ends all actors, and waits until their exits are recorded.
    pub(crate) async fn end(&self) {
        for place in &self.places {
            let here = lock(place).take();
            if let Some(here) = here
                && let Some(subject) = here.subject.or_else(|| here.weak.upgrade())
            {
                subject.shutdown().await;
            }
        }
        let scope = lock(&self.scope).clone();
        scope.shutdown().await;
        let watchers = std::mem::take(&mut *lock(&self.watchers));
        for watcher in watchers {
            watcher.await.expect("the invariants hold");
        }
    }

    /// Notes what a caller is doing.
    pub(crate) fn does(&self, caller: u32, what: &'static str) {
        lock(&self.doing)[caller as usize] = what;
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of operations so far.
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Prints what is in flight, for the report of a run that hangs.
    pub(crate) fn print(&self) {
        for (caller, what) in lock(&self.doing).iter().enumerate() {
            eprintln!("caller {caller}: {what}");
        }
        for (number, place) in self.places.iter().enumerate() {
            let here = lock(place);
            let Some(here) = &*here else {
                continue;
            };
            match here.subject.clone().or_else(|| here.weak.upgrade()) {
                Some(subject) => {
                    let reason = subject.exit_reason();
                    eprintln!(
                        "place {number}, actor {}: {:?}, ended: {reason:?}",
                        here.life.number,
                        subject.stats(),
                    );
                }
                None => eprintln!("place {number}, actor {}: no handles", here.life.number),
            }
        }
    }
}
