//! Actors on executors other than tokio: their loop is a plain future.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use actor_runtime::{ActorHandle, Builder, ExitReason};
use futures::executor::{LocalPool, block_on};
use futures::{future, task::LocalSpawnExt};

use crate::support::{Log, Probe};

#[test]
fn a_loop_can_be_joined_with_its_caller() {
    let log = Log::default();
    let (probe, run) = actor_runtime::pair(Probe::new(&log));
    let caller = async move {
        assert_eq!(probe.note(1).await, Ok(1));
        for number in 2..10 {
            probe.note(number).cast().await.unwrap();
        }
        assert_eq!(probe.note(10).await, Ok(10));
    };
    let ((), exit) = block_on(future::join(caller, run));
    assert_eq!(exit.reason, ExitReason::HandlesDropped);
    assert!(exit.actor.is_some());
    assert_eq!(log.take().len(), 10);
}

#[test]
fn actors_run_on_a_local_pool() {
    let mut pool = LocalPool::new();
    let log = Log::default();
    let handles: Vec<_> = (0..4)
        .map(|_| {
            let (probe, run) = actor_runtime::pair(Probe::new(&log));
            pool.spawner().spawn_local(async { drop(run.await) }).unwrap();
            probe
        })
        .collect();
    let answers = pool.run_until(async {
        let calls = handles.iter().zip(0..).map(|(probe, number)| probe.note(number));
        future::try_join_all(calls).await
    });
    assert_eq!(answers, Ok(vec![0, 1, 2, 3]));
    drop(handles);
    // All loops end, so the pool runs out of tasks.
    pool.run();
}

#[test]
fn a_loop_can_be_polled_by_hand() {
    let (probe, run) = actor_runtime::pair(Probe::new(&Log::default()));
    let mut cx = Context::from_waker(Waker::noop());
    let mut run = pin!(run);
    assert!(run.as_mut().poll(&mut cx).is_pending());
    let mut call = pin!(probe.note(1));
    assert!(call.as_mut().poll(&mut cx).is_pending());
    assert!(run.as_mut().poll(&mut cx).is_pending());
    assert!(matches!(call.as_mut().poll(&mut cx), Poll::Ready(Ok(1))));
    probe.close();
    assert!(matches!(run.as_mut().poll(&mut cx), Poll::Ready(_)));
}

#[test]
fn plain_threads_call_an_actor_without_a_runtime() {
    let (probe, run) = actor_runtime::pair(Probe::new(&Log::default()));
    let callers: Vec<_> = (0..4)
        .map(|number| {
            let probe = probe.clone();
            std::thread::spawn(move || {
                probe.note(number).cast_blocking().unwrap();
                probe.note(number).blocking().unwrap()
            })
        })
        .collect();
    drop(probe);
    let exit = block_on(run);
    assert_eq!(exit.reason, ExitReason::HandlesDropped);
    for (caller, number) in callers.into_iter().zip(0..) {
        assert_eq!(caller.join().unwrap(), number);
    }
}

#[test]
fn a_loop_can_run_on_another_thread() {
    let (probe, run) = actor_runtime::pair(Probe::new(&Log::default()));
    let thread = std::thread::spawn(move || block_on(run).reason);
    assert_eq!(block_on(probe.note(1)), Ok(1));
    assert_eq!(block_on(probe.shutdown()), ExitReason::Shutdown);
    assert_eq!(thread.join().unwrap(), ExitReason::Shutdown);
}

#[test]
fn a_busy_actor_yields() {
    let log = Log::default();
    let options = Builder::new().mailbox(actor_runtime::Capacity::UNBOUNDED);
    let (probe, run) = options.pair(Probe::new(&log));
    for number in 0..200 {
        probe.note(number).try_cast().unwrap();
    }
    let mut cx = Context::from_waker(Waker::noop());
    let mut run = pin!(run);
    let mut most = 0;
    for _ in 0..10 {
        assert!(run.as_mut().poll(&mut cx).is_pending());
        most = most.max(log.take().len());
    }
    assert!(most > 0 && most < 200, "{most} messages in one poll");
    assert_eq!(probe.mailbox_len(), 0);
}
