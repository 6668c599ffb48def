//! Restarts in all ways to start an actor: threads, local tasks, other executors, scopes.

use std::{
    cell::Cell,
    rc::Rc,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use actor_runtime::{
    ActorHandle, Builder, CallErrorKind, ExitReason, Life, Restarts, Scope, StartError, actor,
};
use futures::executor::{LocalPool, block_on};
use futures::task::LocalSpawnExt;
use tokio::task::LocalSet;

use super::{MINUTE, Shop, at_once};
use crate::support::said;

/// Neither `Send` itself nor made of anything that is.
struct Local {
    life: Rc<Cell<u64>>,
}

#[actor(local)]
impl Local {
    /// Returns the number of the life and the thread.
    pub(crate) fn at(&self) -> (u64, thread::ThreadId) {
        (self.life.get(), thread::current().id())
    }

    /// Panics.
    pub(crate) async fn fail(&mut self) -> u64 {
        panic!("broken");
    }
}

fn local(life: &Life<LocalHandle>) -> Local {
    Local { life: Rc::new(Cell::new(life.number())) }
}

#[test]
fn an_actor_on_its_own_thread_stays_there() {
    let made = Arc::new(Mutex::new(Vec::new()));
    let seen = made.clone();
    let actor = at_once()
        .spawn_thread_with(move |life: &Life<LocalHandle>| {
            seen.lock().unwrap().push(thread::current().id());
            local(life)
        })
        .unwrap();
    let (_, own) = actor.at().blocking().unwrap();
    assert_eq!(said(actor.fail().blocking()), "`Local::fail` panicked: broken");
    assert_eq!(actor.at().blocking(), Ok((1, own)));
    assert_eq!(*made.lock().unwrap(), [own, own]);
    assert_eq!(actor.shutdown().blocking(), ExitReason::Shutdown);
}

#[test]
fn a_thread_backs_off_without_a_runtime() {
    let millisecond = Duration::from_millis(1);
    let restarts = Restarts::new(10, MINUTE).backoff(millisecond..=millisecond);
    let actor = Builder::new().restart(restarts).spawn_thread_with(local).unwrap();
    let mut restarted = actor.restarted();
    for number in 1..4 {
        assert!(actor.fail().blocking().is_err());
        assert_eq!(restarted.blocking().unwrap().number, number);
        restarted = actor.restarted();
    }
}

#[tokio::test(start_paused = true)]
async fn a_thread_backs_off_on_a_clock_that_is_paused() {
    let hour = Duration::from_secs(3600);
    let restarts = Restarts::new(10, Duration::MAX).backoff(hour..=hour);
    let actor = Builder::new().restart(restarts).spawn_thread_with(local).unwrap();
    let begun = tokio::time::Instant::now();
    assert!(actor.fail().await.is_err());
    assert_eq!(actor.at().await.unwrap().0, 1);
    assert!(begun.elapsed() >= hour);
}

#[test]
fn a_shutdown_ends_the_backoff_of_a_thread() {
    let hour = Duration::from_secs(3600);
    let restarts = Restarts::new(10, MINUTE).backoff(hour..=hour);
    let actor = Builder::new().restart(restarts).spawn_thread_with(local).unwrap();
    assert!(actor.fail().blocking().is_err());
    let queued = block_on(actor.at().sent()).unwrap();
    assert_eq!(actor.shutdown().blocking(), ExitReason::Shutdown);
    assert_eq!(block_on(queued).unwrap().0, 1);
}

#[test]
fn a_batch_ends_with_a_life() {
    let builder = Builder::new().batch(64).restart(Restarts::at_once(usize::MAX, MINUTE));
    let shop = Shop::default();
    let worker = builder.spawn_thread_with(move |life| shop.worker(life)).unwrap();
    let callers: Vec<_> = (0..4)
        .map(|caller| {
            let worker = worker.clone();
            thread::spawn(move || {
                for number in 0..100 {
                    if (number + caller) % 10 == 0 {
                        assert!(worker.fail().blocking().is_err());
                    } else {
                        worker.note(number).blocking().unwrap();
                    }
                }
            })
        })
        .collect();
    for caller in callers {
        caller.join().unwrap();
    }
    assert_eq!(worker.stats().counts.panicked, 40);
}

/// Fails to open when told so.
struct Database {
    life: u64,
}

#[actor]
impl Database {
    #[on_start]
    fn check(&mut self) -> Result<(), &'static str> {
        Ok(())
    }

    /// Returns the number of the life.
    pub(crate) fn life(&self) -> u64 {
        self.life
    }

    /// Panics.
    pub(crate) fn fail(&mut self) {
        panic!("broken");
    }
}

#[test]
fn a_factory_on_a_thread_may_fail() {
    let open = |life: &Life<DatabaseHandle>| match life.number() {
        1 => Err("locked"),
        2 => panic!("corrupt"),
        life => Ok(Database { life }),
    };
    let database = at_once().start_thread_with(open).blocking().unwrap();
    assert!(database.fail().blocking().is_err());
    assert_eq!(database.life().blocking(), Ok(3));

    let closed = |_: &Life<DatabaseHandle>| Err::<Database, _>("locked");
    let error = at_once().start_thread_with(closed).blocking().unwrap_err();
    assert!(matches!(error, StartError::Failed("locked")), "{error}");
    let corrupt = |_: &Life<DatabaseHandle>| -> Result<Database, _> { panic!("corrupt") };
    let error = at_once().start_thread_with(corrupt).blocking().unwrap_err();
    assert!(matches!(error, StartError::Panicked(_)), "{error}");
}

#[tokio::test]
async fn a_local_task_is_restarted_with_a_factory_that_stays() {
    let set = LocalSet::new();
    set.run_until(async {
        // The factory is not `Send` either.
        let made = Rc::new(Cell::new(0));
        let count = made.clone();
        let actor = at_once().spawn_local_with(move |life| {
            count.set(count.get() + 1);
            local(life)
        });
        assert!(actor.fail().await.is_err());
        assert_eq!(actor.at().await, Ok((1, thread::current().id())));
        assert_eq!(made.get(), 2);
    })
    .await;
}

#[test]
fn any_executor_will_do() {
    let mut pool = LocalPool::new();
    let millisecond = Duration::from_millis(1);
    let restarts = Restarts::new(10, MINUTE).backoff(millisecond..=millisecond);
    let (actor, run) = Builder::new().restart(restarts).pair_with(local);
    pool.spawner().spawn_local(async { drop(run.await) }).unwrap();
    pool.run_until(async {
        assert!(actor.fail().await.is_err());
        assert_eq!(actor.at().await.unwrap().0, 1);
    });
    drop(actor);
    pool.run();
}

#[test]
fn the_loop_of_a_pair_is_send_if_the_factory_is() {
    fn is_send<T: Send>(_: &T) {}
    let shop = Shop::default();
    let (_worker, run) = at_once().pair_with(move |life| shop.worker(life));
    is_send(&run);
}

#[test]
fn a_pair_returns_the_state_of_its_last_life() {
    let (actor, run) = at_once().pair_with(local);
    actor.fail().try_cast().unwrap();
    drop(actor);
    // The queue is empty when the last handle is dropped after the panic, or was before it.
    let exit = block_on(run);
    assert!(!matches!(exit.reason, ExitReason::Aborted));
    let (actor, run) = at_once().pair_with(local);
    actor.fail().try_cast().unwrap();
    actor.close();
    let exit = block_on(run);
    assert_eq!(exit.reason, ExitReason::Shutdown);
    assert_eq!(exit.actor.unwrap().life.get(), 1);
}

#[tokio::test]
async fn a_member_of_a_scope_stays_one() {
    let (shop, scope) = (Shop::default(), Scope::new());
    let makes = shop.clone();
    let worker =
        scope.spawn_restarting(Restarts::at_once(3, MINUTE), move |life| makes.worker(life));
    assert!(worker.fail().await.is_err());
    assert_eq!(worker.note(1).await, Ok(1));
    assert_eq!(scope.len(), 1);
    let ended = scope.shutdown().await;
    assert_eq!((ended.len(), &ended[0].reason), (1, &Some(ExitReason::Shutdown)));
    assert_eq!(shop.log.take(), ["made 0", "dropped", "made 1", "note 1 in 1", "stop", "dropped"]);
    let late = scope.spawn_restarting(Restarts::at_once(3, MINUTE), move |life| shop.worker(life));
    assert!(matches!(late.note(1).await.unwrap_err().kind(), CallErrorKind::Closed));
}

#[tokio::test]
async fn a_scope_is_told_of_no_actor_that_did_not_start() {
    let scope = Scope::new();
    let factory = |_: Life<DatabaseHandle>| async { Err::<Database, _>("locked") };
    let started = scope.start_restarting(Restarts::at_once(3, MINUTE), factory).await;
    assert!(matches!(started, Err(StartError::Failed("locked"))));
    assert!(scope.shutdown().await.is_empty());
}
