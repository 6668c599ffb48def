//! Dropping the last handle, against calls and against upgrades of weak handles.

use actor_runtime::{ActorHandle, ExitReason};
use shuttle::future::{block_on, spawn};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Running, start},
};

fn upgrade_against_the_last_drop() {
    block_on(async {
        let Running { probe, notes, task } = start(64);
        let weak = probe.downgrade();
        let upgraders: Vec<_> = [2, 3]
            .into_iter()
            .map(|id| {
                let weak = weak.clone();
                spawn(async move {
                    let Some(probe) = weak.upgrade() else {
                        return (id, false);
                    };
                    // The model never shuts the actor down, so it is alive as long as there is a
                    // handle.
                    assert_eq!(probe.note(id).await, Ok(id), "it ended under a handle");
                    (id, true)
                })
            })
            .collect();
        let owner = spawn(async move {
            // A cast does not keep the actor alive either.
            probe.note(1).try_cast().expect("there is room");
            drop(probe);
        });
        owner.await.unwrap();
        for upgrader in upgraders {
            let (id, was_alive) = upgrader.await.unwrap();
            assert_eq!(notes.has_begun(id), was_alive);
        }
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        assert!(notes.has_begun(1), "what was accepted is done");
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn an_actor_lives_as_long_as_there_is_a_handle() {
    explore(upgrade_against_the_last_drop);
}

#[test]
#[should_panic(expected = "it ended under a handle")]
fn finds_a_handle_that_is_counted_too_late() {
    explore_with_bug("a handle is counted later than it looked", upgrade_against_the_last_drop);
}
