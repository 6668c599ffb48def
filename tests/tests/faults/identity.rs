//! An actor is not mistaken for an earlier one at the same address.

use actor_runtime::{Answer, CallError, Reply, actor, pair};

use crate::by_hand::ByHand;

/// Keeps replies, and awaits answers of other actors.
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

    /// Awaits an answer of another actor.
    pub async fn wait(&mut self, answer: Answer<u32>) -> Result<u32, CallError> {
        answer.await
    }
}

#[test]
fn an_answer_from_an_earlier_actor_at_the_same_address_can_be_awaited() {
    // The memory of an actor is likely to be reused for the next one; 64 attempts make it nearly
    // certain.
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
