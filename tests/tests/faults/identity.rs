//! An actor is not mistaken for one that lived at the same place before.

use actor_runtime::{Answer, CallError, Reply, actor, pair};

use crate::by_hand::ByHand;

/// Keeps replies, and waits for answers.
#[derive(Default)]
pub struct Desk {
    kept: Vec<Reply<u32>>,
}

#[actor]
impl Desk {
    /// Keeps the reply.
    pub fn later(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }

    /// Gives all replies away.
    pub fn give(&mut self) -> Vec<Reply<u32>> {
        std::mem::take(&mut self.kept)
    }

    /// Waits for somebody else's answer.
    pub async fn wait(&mut self, answer: Answer<u32>) -> Result<u32, CallError> {
        answer.await
    }
}

#[test]
fn an_answer_of_an_actor_that_is_gone_may_be_awaited_in_its_place() {
    // The memory of one is likely to be used for the next; a few tries make it certain enough.
    for _ in 0..64 {
        let (desk, run) = pair(Desk::default());
        let mut run = ByHand::new(run);
        let answer = ByHand::new(desk.later().sent()).gives().unwrap();
        let mut given = ByHand::new(desk.give()).waits();
        assert!(run.poll().is_pending());
        let mut kept = given.gives().unwrap();
        drop(given);
        drop((run, desk));

        let (desk, run) = pair(Desk::default());
        let mut run = ByHand::new(run);
        let mut waiting = ByHand::new(desk.wait(answer)).waits();
        assert!(run.poll().is_pending());
        kept.remove(0).send(7);
        assert!(run.poll().is_pending());
        assert_eq!(waiting.gives(), Ok(Ok(7)));
    }
}
