//! `cast_now`, as used in a `Drop` impl: handled before anything sent later, and never refused by a
//! live actor.

use actor_runtime::{ActorHandle, ExitReason};
use shuttle::future::{block_on, spawn};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Running, start},
};

fn cast_now_with_a_full_mailbox() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let rival = spawn({
            let probe = probe.clone();
            async move {
                for id in [11, 12] {
                    probe.slow(id).cast().await.unwrap();
                }
            }
        });
        let dropper = spawn(async move {
            probe.note(1).cast().await.unwrap();
            probe.note(2).cast_now().unwrap();
            probe.note(3).cast().await.unwrap();
            probe.note(4).cast_now().unwrap();
            assert_eq!(probe.note(5).await, Ok(5));
        });
        rival.await.unwrap();
        dropper.await.unwrap();
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        notes.assert_order(&[11, 12]);
        notes.assert_order(&[1, 2, 3, 4, 5]);
        assert_eq!(notes.done().len(), 7, "a cast was lost");
    });
}

#[test]
fn cast_now_comes_before_later_messages() {
    explore(cast_now_with_a_full_mailbox);
}

#[test]
#[should_panic(expected = "assertion `left == right` failed")]
fn finds_a_cast_now_that_is_overtaken() {
    explore_with_bug("cast_now is overtaken", cast_now_with_a_full_mailbox);
}

fn cast_now_against_shutdown() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        probe.slow(1).cast().await.unwrap();
        let dropper = spawn({
            let (probe, notes) = (probe.clone(), notes.clone());
            async move {
                let sent = probe.note(2).cast_now();
                (sent.is_ok(), notes.begun(), notes.done())
            }
        });
        assert_eq!(probe.shutdown().await, ExitReason::Shutdown);
        let (is_accepted, begun, done) = dropper.await.unwrap();
        assert_eq!(notes.has_begun(2), is_accepted);
        if !is_accepted {
            assert_eq!((&begun, &begun), (&notes.begun(), &done), "refused by a live actor");
        }
        task.await.unwrap();
    });
}

#[test]
fn cast_now_is_never_refused_by_a_live_actor() {
    explore(cast_now_against_shutdown);
}

#[test]
#[should_panic(expected = "refused by a live actor")]
fn finds_a_cast_now_that_is_refused_too_early() {
    explore_with_bug("cast_now is refused while closing", cast_now_against_shutdown);
}
