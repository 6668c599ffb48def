//! Calls against a shutdown: accepted messages are handled, everything else is refused, no caller
//! hangs.

use actor_runtime::{ActorHandle, Builder, CallError, CallErrorKind, Context, ExitReason, actor};
use shuttle::future::{block_on, spawn, yield_now};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Running, start},
};

fn calls_against_shutdown() {
    block_on(async {
        let Running { probe, notes, task } = start(64);
        let callers: Vec<_> = [[1, 2], [3, 4]]
            .into_iter()
            .map(|ids| {
                let probe = probe.clone();
                spawn(async move {
                    for id in ids {
                        match probe.slow(id).await {
                            Ok(answer) => assert_eq!(answer, id),
                            Err(error) => return (ids, id, Some(error)),
                        }
                    }
                    (ids, 0, None)
                })
            })
            .collect();

        assert_eq!(probe.shutdown().await, ExitReason::Shutdown);
        let at_the_end = notes.done();
        let refused = probe.note(9).await.map_err(CallError::into_kind);
        assert!(matches!(refused, Err(CallErrorKind::Closed)), "{refused:?}");

        for caller in callers {
            let (ids, failed, error) = caller.await.unwrap();
            notes.assert_order(&ids);
            match error.map(CallError::into_kind) {
                None => assert!(ids.iter().all(|&id| notes.has_begun(id))),
                Some(CallErrorKind::Closed) => assert!(!notes.has_begun(failed)),
                Some(error) => panic!("a shutdown does what was accepted, but {error:?}"),
            }
        }
        assert_eq!(task.await.unwrap(), ExitReason::Shutdown);
        assert_eq!(notes.done(), at_the_end);
        assert_eq!(notes.done(), notes.begun());
    });
}

#[test]
fn calls_complete_when_the_actor_is_shut_down() {
    explore(calls_against_shutdown);
}

#[test]
#[should_panic]
fn finds_a_sender_accepted_after_the_exit() {
    explore_with_bug("a sender is accepted later than it looked", calls_against_shutdown);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_loop_that_misses_a_message() {
    explore_with_bug("the loop parks later than it looked", calls_against_shutdown);
}

fn calls_against_the_final_handler() {
    block_on(async {
        let Running { probe, notes, task } = start(64);
        let caller = spawn({
            let probe = probe.clone();
            async move { (probe.note(1).await, probe.note(2).await) }
        });
        let finish = probe.finish().await;
        assert_eq!(finish, Ok(7));
        let (first, second) = caller.await.unwrap();
        for (id, outcome) in [(1, first), (2, second)] {
            match outcome.map_err(CallError::into_kind) {
                Ok(answer) => assert!(answer == id && notes.has_begun(id)),
                Err(CallErrorKind::Closed | CallErrorKind::Stopped) => {
                    assert!(!notes.has_begun(id));
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        assert!(matches!(task.await.unwrap(), ExitReason::Finished(_)));
    });
}

#[test]
fn calls_complete_when_a_final_handler_runs() {
    explore(calls_against_the_final_handler);
}

#[test]
#[should_panic(expected = "Unanswered")]
fn finds_callers_that_are_not_failed_by_the_exit() {
    explore_with_bug("the end is not told to callers", calls_against_the_final_handler);
}

/// Sends itself its next message.
struct Ticking {
    left: u32,
    noted: u32,
}

#[actor]
impl Ticking {
    /// Sends itself another one, as often as it may while the mailbox is open.
    pub async fn tick(&mut self, context: &Context<Self>) {
        let Some(own) = context.handle().upgrade() else { return };
        if own.is_closed() {
            assert!(own.tick().cast_now().is_err(), "it keeps itself alive");
            return;
        }
        self.left = self.left.saturating_sub(1);
        if self.left > 0 {
            let _ = own.tick().cast_now();
        }
        yield_now().await;
    }

    /// Notes a message of others.
    pub fn note(&mut self) {
        self.noted += 1;
    }
}

fn a_drain_against_messages_to_itself() {
    block_on(async {
        let (ticking, run) = Builder::new().pair(Ticking { left: 4, noted: 0 });
        let task = spawn(run);
        ticking.tick().cast_now().unwrap();
        let other = spawn({
            let ticking = ticking.clone();
            async move {
                let sent = [0; 2].map(|_| u32::from(ticking.note().cast_now().is_ok()));
                sent.iter().sum::<u32>()
            }
        });
        assert_eq!(ticking.shutdown().await, ExitReason::Shutdown);
        let sent = other.await.unwrap();
        let exit = task.await.unwrap();
        assert_eq!(exit.reason, ExitReason::Shutdown);
        assert_eq!(exit.actor.unwrap().noted, sent, "an accepted message was not handled");
    });
}

#[test]
fn a_drain_ends_although_the_actor_sends_itself_messages() {
    explore(a_drain_against_messages_to_itself);
}

#[test]
#[should_panic(expected = "it keeps itself alive")]
fn finds_an_actor_that_keeps_itself_alive() {
    explore_with_bug("an actor keeps itself alive", a_drain_against_messages_to_itself);
}

#[test]
#[should_panic]
fn finds_a_drain_that_misses_a_message() {
    explore_with_bug("the loop parks later than it looked", a_drain_against_messages_to_itself);
}
