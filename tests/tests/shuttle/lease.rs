//! Leases: granted or given up, released while others wait, and ended with the actor.

use std::task::Poll;

use actor_runtime::{ActorHandle, CallError, CallErrorKind, ExitReason};
use shuttle::future::{block_on, spawn, yield_now};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Notes, ProbeHandle, RELEASED, Running, start},
};

/// Requests a lease, and gives up after a few turns of the others: not requested, requested, or
/// granted. Returns whether the lease came in time.
async fn give_up(probe: &ProbeHandle, turns: u32) -> bool {
    let mut call = Box::pin(probe.lease());
    for _ in 0..turns {
        if let Poll::Ready(lease) = futures::poll!(call.as_mut()) {
            drop(lease.unwrap());
            return true;
        }
        yield_now().await;
    }
    false
}

/// How often the hook ran.
fn releases(notes: &Notes) -> usize {
    notes.begun().into_iter().filter(|id| *id == RELEASED).count()
}

fn grant_against_drop() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let tenants: Vec<_> = (0..3)
            .map(|turns| {
                let probe = probe.clone();
                spawn(async move { give_up(&probe, turns).await })
            })
            .collect();
        assert_eq!(probe.note(1).await, Ok(1), "an actor without a lease is leased");
        let mut held = 0;
        for tenant in tenants {
            held += usize::from(tenant.await.unwrap());
        }
        assert_eq!(probe.note(2).await, Ok(2));
        assert_eq!(releases(&notes), held, "the hook runs for each lease that was received");
        assert!(notes.has_begun(1) && notes.has_begun(2));
        drop(probe);
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
    });
}

#[test]
fn a_lease_given_up_before_it_was_received_has_no_effect() {
    explore(grant_against_drop);
}

#[test]
#[should_panic(expected = "for each lease that was received")]
fn finds_a_hook_for_a_lease_that_was_never_received() {
    explore_with_bug("a lease that nobody had is released", grant_against_drop);
}

/// Asserts that no other message came between those of a lease, and that the hook ran right after
/// them.
fn assert_undisturbed(notes: &Notes, ids: [u32; 2]) {
    let begun = notes.begun();
    let first = begun.iter().position(|id| *id == ids[0]).unwrap();
    assert_eq!(begun[first..first + 3], [ids[0], ids[1], RELEASED], "of {begun:?}");
}

fn release_against_messages() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let tenants: Vec<_> = [[1, 2], [3, 4]]
            .into_iter()
            .map(|[one, two]| {
                let probe = probe.clone();
                spawn(async move {
                    let lease = probe.lease().await.unwrap();
                    assert_eq!(lease.note(one).await, Ok(one));
                    lease.note(two).cast_now().unwrap();
                    let _clone = lease.clone();
                    drop(lease);
                    // The next message of the same caller comes after the hook.
                    assert_eq!(probe.note(one + 10).await, Ok(one + 10));
                })
            })
            .collect();
        assert_eq!(probe.note(5).await, Ok(5));
        for tenant in tenants {
            tenant.await.unwrap();
        }
        assert_undisturbed(&notes, [1, 2]);
        assert_undisturbed(&notes, [3, 4]);
        notes.assert_order(&[1, 2, 11]);
        notes.assert_order(&[3, 4, 13]);
        drop(probe);
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
    });
}

#[test]
fn no_other_message_comes_between_those_of_a_lease() {
    explore(release_against_messages);
}

#[test]
#[should_panic(expected = "of [")]
fn finds_a_lease_that_ends_without_its_hook() {
    explore_with_bug("a lease ends without its hook", release_against_messages);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_lease_that_outlives_its_holder() {
    explore_with_bug("a dropped lease goes on", release_against_messages);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_grant_that_wakes_no_holder() {
    explore_with_bug("a tenant waits later than it looked", release_against_messages);
}

/// A holder that never drops its lease, and one that waits behind it.
fn close_against_lease() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let tenants: Vec<_> = [1, 2]
            .into_iter()
            .map(|id| {
                let probe = probe.clone();
                spawn(async move {
                    let lease = match probe.lease().await.map_err(CallError::into_kind) {
                        Ok(lease) => lease,
                        Err(CallErrorKind::Closed | CallErrorKind::Stopped) => {
                            return false;
                        }
                        Err(error) => panic!("{error:?}"),
                    };
                    match lease.note(id).await.map_err(CallError::into_kind) {
                        Ok(answer) => assert_eq!(answer, id),
                        Err(CallErrorKind::Closed) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                    assert_eq!(lease.exited().await, ExitReason::Shutdown);
                    assert_eq!(lease.release().await, Ok(()));
                    true
                })
            })
            .collect();
        yield_now().await;
        assert_eq!(probe.shutdown().await, ExitReason::Shutdown);
        let mut held = 0;
        for tenant in tenants {
            held += usize::from(tenant.await.unwrap());
        }
        assert_eq!(releases(&notes), held, "the hook runs once for each lease that was received");
        assert_eq!(task.await.unwrap(), ExitReason::Shutdown);
    });
}

#[test]
fn a_lease_does_not_delay_a_shutdown() {
    explore(close_against_lease);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_shutdown_that_misses_the_lease() {
    explore_with_bug("an actor closes before it knows its lease", close_against_lease);
}

/// The loop waits for a message of the holder, or runs one that never ends.
fn abort_against_lease() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let tenant = spawn({
            let probe = probe.clone();
            async move {
                let Ok(lease) = probe.lease().await else { return };
                let _ = lease.note(1).await;
                assert_eq!(lease.exited().await, ExitReason::Aborted);
                assert!(matches!(
                    lease.release().await.map_err(CallError::into_kind),
                    Err(CallErrorKind::Stopped)
                ));
            }
        });
        let stuck = spawn({
            let probe = probe.clone();
            async move {
                let Ok(lease) = probe.lease().await else { return };
                let answer = lease.stuck(2).await;
                assert!(matches!(
                    answer.map_err(CallError::into_kind),
                    Err(CallErrorKind::Closed | CallErrorKind::Stopped)
                ));
            }
        });
        yield_now().await;
        probe.abort();
        assert_eq!(probe.exited().await, ExitReason::Aborted);
        assert!(notes.is_dropped());
        tenant.await.unwrap();
        stuck.await.unwrap();
        assert_eq!(task.await.unwrap(), ExitReason::Aborted);
    });
}

#[test]
fn an_abort_ends_a_leased_actor() {
    explore(abort_against_lease);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_an_abort_that_misses_the_lease() {
    explore_with_bug("an abort does not look into the lease", abort_against_lease);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_holders_that_are_not_failed_by_the_exit() {
    explore_with_bug("the end is not told to the lease", abort_against_lease);
}
