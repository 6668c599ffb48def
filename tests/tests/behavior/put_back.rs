//! `#[cancel_safe(undelivered = ..)]` with a method that takes the context.

use actor_runtime::{ActorHandle, Context, ExitReason, Reply, actor, spawn};

use crate::support::{pending, rig};

/// Ends when its only ticket comes back.
struct Office {
    tickets: u32,
    queue: Vec<Reply<u32>>,
}

#[actor]
impl Office {
    /// Takes a ticket, in the loop or on the caller's thread.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn take(&mut self) -> u32 {
        self.tickets -= 1;
        self.tickets
    }

    /// Takes a ticket, in the loop.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) async fn take_in_loop(&mut self) -> u32 {
        self.tickets -= 1;
        self.tickets
    }

    /// Takes a ticket when there is one.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn take_later(&mut self, reply: Reply<u32>) {
        self.queue.push(reply);
    }

    /// Takes a ticket and returns it to the pile, without the context.
    #[cancel_safe(undelivered = return_to_pile)]
    pub(crate) fn look(&mut self) -> u32 {
        self.tickets -= 1;
        self.tickets
    }

    /// Serves those who wait.
    pub(crate) fn serve(&mut self) {
        for reply in self.queue.drain(..) {
            self.tickets -= 1;
            reply.send(self.tickets);
        }
    }

    fn put_back(&mut self, _: u32, context: &Context<Self>) {
        self.tickets += 1;
        context.stop();
    }

    fn return_to_pile(&mut self, _: u32) {
        self.tickets += 1;
    }
}

fn office() -> Office {
    Office { tickets: 1, queue: Vec::new() }
}

#[test]
fn the_context_of_the_actor_is_passed() {
    let (office, mut actor) = rig(office());
    let take = pending(office.take());
    actor.turn();
    drop(take);
    actor.turn();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    drop(office);
}

#[test]
fn both_kinds_of_methods_can_be_mixed() {
    let (office, mut actor) = rig(office());
    let look = pending(office.look());
    actor.turn();
    drop(look);
    actor.turn();
    assert!(actor.runs(), "this one does not stop the actor");
    let later = pending(office.take_later());
    actor.turn();
    office.serve().cast_now().unwrap();
    actor.turn();
    drop(later);
    actor.turn();
    let exit = actor.exit();
    assert_eq!(
        (exit.reason, exit.actor.map(|office| office.tickets)),
        (ExitReason::Shutdown, Some(1))
    );
}

#[tokio::test]
async fn it_is_passed_in_a_task() {
    let office = spawn(office());
    // Answered in the loop, and not read.
    let take = pending(office.take_in_loop());
    while office.stats().counts.handled == 0 {
        tokio::task::yield_now().await;
    }
    drop(take);
    assert_eq!(office.exited().await, ExitReason::Shutdown);
}
