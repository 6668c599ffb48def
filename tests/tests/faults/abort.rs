//! An abort ends the actor at its next `.await`.

use actor_runtime::{ActorHandle, CallError, CallErrorKind, Context, ExitReason, actor, pair};

use crate::by_hand::ByHand;

/// Counts what it handles.
#[derive(Default)]
pub struct Fuse {
    handled: u32,
}

#[actor]
impl Fuse {
    /// Aborts its own actor.
    pub fn blow(&mut self, context: &Context<Self>) -> u32 {
        if let Some(handle) = context.handle().upgrade() {
            handle.abort();
        }
        self.handled += 1;
        self.handled
    }

    /// Counts and does nothing else.
    pub fn count(&mut self) -> u32 {
        self.handled += 1;
        self.handled
    }
}

#[test]
fn queued_messages_are_not_handled_after_an_abort() {
    let (fuse, run) = pair(Fuse::default());
    let mut run = ByHand::new(run);
    let mut blow = ByHand::new(fuse.blow()).waits();
    let mut count = ByHand::new(fuse.count()).waits();
    let exit = run.gives();
    assert_eq!(exit.reason, ExitReason::Aborted);
    assert_eq!(blow.gives(), Ok(1), "a handler that has begun answers");
    assert!(matches!(count.gives().map_err(CallError::into_kind), Err(CallErrorKind::Stopped)));
}
