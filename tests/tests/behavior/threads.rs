//! Actors on a thread of their own, and actors that must not leave their thread.

use std::{cell::Cell, rc::Rc, thread, time::Duration};

use actor_runtime::{ActorHandle, Builder, CallError, CallErrorKind, ExitReason, actor};
use futures::executor::block_on;
use tokio::task::LocalSet;

use crate::support::{AN_HOUR, until};

/// Is not `Send`.
struct Stuck {
    total: Rc<Cell<u32>>,
}

#[actor(local)]
impl Stuck {
    fn new() -> Self {
        Self { total: Rc::default() }
    }

    /// Adds `number`, and holds a value that is not `Send` across an await.
    pub(crate) async fn add(&mut self, number: u32) -> u32 {
        let total = self.total.clone();
        tokio::task::yield_now().await;
        total.set(total.get() + number);
        total.get()
    }

    /// Blocks its thread on a call to another actor.
    pub(crate) fn add_to(&self, other: StuckHandle, number: u32) -> Result<u32, CallError> {
        other.add(number).blocking()
    }

    /// The name of its thread.
    pub(crate) fn thread_name(&self) -> Option<String> {
        thread::current().name().map(str::to_owned)
    }

    /// Sleeps on the timer of the current runtime.
    pub(crate) async fn nap(&self) {
        tokio::time::sleep(AN_HOUR).await;
    }

    /// Panics.
    pub(crate) fn fail(&self) {
        panic!("on purpose");
    }
}

#[test]
fn a_plain_thread_can_shut_down_an_actor_and_wait_for_its_exit() {
    let stuck = actor_runtime::spawn_thread(Stuck::new).unwrap();
    stuck.add(2).cast_blocking().unwrap();
    let exited = stuck.exited();
    assert_eq!(stuck.shutdown().blocking(), ExitReason::Shutdown);
    assert_eq!(stuck.shutdown().blocking(), ExitReason::Shutdown);
    assert_eq!(exited.blocking(), ExitReason::Shutdown);
    assert_eq!(stuck.exit_reason(), Some(ExitReason::Shutdown));
}

#[test]
fn an_actor_that_is_not_send_is_created_on_its_thread() {
    let stuck = actor_runtime::spawn_thread(Stuck::new).unwrap();
    assert_eq!(stuck.add(2).blocking(), Ok(2));
    assert_eq!(block_on(stuck.add(3)), Ok(5));
    assert_eq!(block_on(stuck.shutdown()), ExitReason::Shutdown);
    assert!(matches!(
        stuck.add(1).blocking().map_err(CallError::into_kind),
        Err(CallErrorKind::Closed)
    ));
}

#[test]
fn an_actor_thread_is_named() {
    let plain = actor_runtime::spawn_thread(Stuck::new).unwrap();
    assert_eq!(plain.thread_name().blocking().unwrap().as_deref(), Some("Stuck"));
    let named = Builder::new().name("solver").stack_size(1 << 20).spawn_thread(Stuck::new).unwrap();
    assert_eq!(named.thread_name().blocking().unwrap().as_deref(), Some("solver"));
}

#[test]
fn a_panic_while_the_actor_is_created_ends_it() {
    let stuck = actor_runtime::spawn_thread::<Stuck>(|| panic!("in the works")).unwrap();
    let reason = block_on(stuck.exited());
    assert_eq!(reason.to_string(), "`Stuck::make` panicked: in the works");
    assert!(stuck.add(1).blocking().is_err());
}

#[test]
fn a_panic_in_a_handler_ends_an_actor_on_a_thread() {
    let stuck = actor_runtime::spawn_thread(Stuck::new).unwrap();
    let told = stuck.fail().blocking().unwrap_err();
    assert_eq!(told.to_string(), "`Stuck::fail` panicked: on purpose");
    assert!(!block_on(stuck.exited()).is_orderly());
}

#[test]
fn an_actor_thread_ends_with_the_last_handle() {
    let stuck = actor_runtime::spawn_thread(Stuck::new).unwrap();
    let exited = stuck.exited();
    stuck.add(1).cast_blocking().unwrap();
    drop(stuck);
    assert_eq!(block_on(exited), ExitReason::HandlesDropped);
}

#[test]
fn an_actor_on_a_thread_may_block_on_another() {
    let one = actor_runtime::spawn_thread(Stuck::new).unwrap();
    let other = actor_runtime::spawn_thread(Stuck::new).unwrap();
    assert_eq!(one.add_to(other, 4).blocking(), Ok(Ok(4)));
}

#[tokio::test]
async fn an_actor_on_a_thread_may_block_on_another_with_a_runtime() {
    let one = actor_runtime::spawn_thread(Stuck::new).unwrap();
    let other = actor_runtime::spawn_thread(Stuck::new).unwrap();
    assert_eq!(one.add_to(other, 4).await, Ok(Ok(4)));
}

#[tokio::test(start_paused = true)]
async fn timers_of_the_current_runtime_work_on_an_actor_thread() {
    let stuck = actor_runtime::spawn_thread(Stuck::new).unwrap();
    let napped = stuck.nap().sent().await.unwrap();
    until(|| stuck.stats().running.is_some());
    napped.await.unwrap();
}

#[test]
fn an_abort_ends_an_actor_thread_that_awaits() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let stuck = Builder::new().on(runtime.handle().clone()).spawn_thread(Stuck::new).unwrap();
    let call = block_on(stuck.nap().sent()).unwrap();
    until(|| stuck.stats().running.is_some());
    stuck.abort();
    assert_eq!(block_on(stuck.exited()), ExitReason::Aborted);
    assert!(matches!(call.blocking().map_err(CallError::into_kind), Err(CallErrorKind::Stopped)));
}

#[test]
fn a_local_actor_runs_on_a_local_set() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let total = Rc::new(Cell::new(1));
        let stuck = actor_runtime::spawn_local(Stuck { total: total.clone() });
        assert_eq!(stuck.add(2).await, Ok(3));
        assert_eq!(stuck.shutdown().await, ExitReason::Shutdown);
        assert_eq!(Rc::strong_count(&total), 1, "its state is dropped");
    });
}

#[test]
fn a_local_actor_can_be_polled_by_hand() {
    let (stuck, run) = actor_runtime::pair(Stuck::new());
    let (answer, exit) = block_on(futures::future::join(async move { stuck.add(2).await }, run));
    assert_eq!(answer, Ok(2));
    assert_eq!(exit.actor.unwrap().total.get(), 2);
}

#[tokio::test]
#[should_panic(expected = "Cannot")]
async fn blocking_a_thread_that_drives_a_runtime_panics() {
    let stuck = actor_runtime::spawn_thread(Stuck::new).unwrap();
    let _ = stuck.add(1).blocking();
}

#[test]
#[should_panic(expected = "runtime")]
fn spawning_without_a_runtime_panics() {
    struct Sendable;
    #[actor]
    impl Sendable {
        /// Does nothing.
        pub(crate) fn nothing(&self) {}
    }
    let _ = actor_runtime::spawn(Sendable);
}

#[test]
fn timeouts_work_on_plain_threads() {
    let stuck = actor_runtime::spawn_thread(Stuck::new).unwrap();
    assert_eq!(stuck.add(2).timeout(AN_HOUR).blocking(), Ok(2));
    assert_eq!(stuck.add(2).try_call().unwrap().timeout(AN_HOUR).blocking(), Ok(4));
    let lease = stuck.lease().timeout(AN_HOUR).blocking().unwrap();
    let shortly = Duration::from_millis(1);
    let late = stuck.add(2).timeout(shortly).blocking();
    assert!(
        matches!(late.map_err(CallError::into_kind), Err(CallErrorKind::TimedOut { after, accepted: true, .. }) if after == shortly)
    );
    let late = stuck.lease().timeout(Duration::ZERO).blocking();
    assert!(matches!(
        late.map_err(CallError::into_kind),
        Err(CallErrorKind::TimedOut { accepted: true, .. })
    ));
    drop(lease);
    assert_eq!(stuck.add(2).blocking(), Ok(6), "what was given up was not done");
}

#[tokio::test]
#[should_panic(expected = "Cannot")]
async fn blocking_with_a_timeout_on_a_thread_that_drives_a_runtime_panics() {
    let stuck = actor_runtime::spawn_thread(Stuck::new).unwrap();
    let _ = stuck.add(1).timeout(AN_HOUR).blocking();
}
