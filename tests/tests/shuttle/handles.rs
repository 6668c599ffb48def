//! The last handle that is dropped, against calls and against weak handles that are upgraded.

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
                    // Nobody ends it on purpose, so as long as there is a handle it is alive.
                    assert_eq!(probe.note(id).await, Ok(id), "it ended under a handle");
                    (id, true)
                })
            })
            .collect();
        let owner = spawn(async move {
            // A call that is not awaited to its end does not keep the actor either.
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
fn it_lives_as_long_as_there_is_a_handle() {
    explore(upgrade_against_the_last_drop);
}

#[test]
#[should_panic(expected = "it ended under a handle")]
fn finds_a_handle_that_comes_too_late() {
    explore_with_bug("a handle is counted later than it looked", upgrade_against_the_last_drop);
}
