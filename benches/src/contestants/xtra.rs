//! The same actor with xtra: a type per message, and a trait impl for each.

use xtra::prelude::*;

use crate::{contestant::Contestant, counter::Counter, workload::Row};

/// The actor.
#[derive(Debug, Default, xtra::Actor)]
pub struct Summing {
    counter: Counter,
}

/// Adds and replies.
#[derive(Debug)]
pub struct Add(u64);

/// Adds and replies, with an `async fn` of the counter.
#[derive(Debug)]
pub struct AddReady(u64);

/// Adds, yields to the scheduler once, and replies.
#[derive(Debug)]
pub struct AddAndYield(u64);

impl Handler<Add> for Summing {
    type Return = u64;

    async fn handle(&mut self, Add(amount): Add, _: &mut Context<Self>) -> u64 {
        self.counter.add(amount)
    }
}

impl Handler<AddReady> for Summing {
    type Return = u64;

    async fn handle(&mut self, AddReady(amount): AddReady, _: &mut Context<Self>) -> u64 {
        self.counter.add_ready(amount).await
    }
}

impl Handler<AddAndYield> for Summing {
    type Return = u64;

    async fn handle(&mut self, AddAndYield(amount): AddAndYield, _: &mut Context<Self>) -> u64 {
        self.counter.add_and_yield(amount).await
    }
}

/// The contestant for xtra.
#[derive(Debug)]
pub struct Xtra;

impl Contestant for Xtra {
    type Handle = Address<Summing>;
    type Answer = Result<u64, xtra::Error>;

    const PACKAGE: Option<&'static str> = Some("xtra");
    const NOTE: Option<&'static str> = Some(
        "a call may overtake casts that were accepted before it, with two workers; each message is \
         allocated; it does not tell why an actor ended",
    );
    const IN_ORDER: bool = false;

    fn cannot(row: Row) -> Option<&'static str> {
        (row == Row::TryCast).then_some("it has no send that never waits")
    }

    async fn spawn(capacity: usize) -> Self::Handle {
        xtra::spawn_tokio(Summing::default(), Mailbox::bounded(capacity))
    }

    fn call(handle: &Self::Handle, amount: u64) -> impl Future<Output = Self::Answer> + Send {
        handle.send(Add(amount))
    }

    async fn call_ready(handle: &Self::Handle, amount: u64) -> u64 {
        handle.send(AddReady(amount)).await.expect("the actor replies")
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        handle.send(AddAndYield(amount)).await.expect("the actor replies")
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        // Drops the receiver of the reply.
        drop(handle.send(Add(amount)).detach().await.expect("the actor runs"));
    }

    fn try_cast(_handle: &Self::Handle, _amount: u64) {
        unreachable!("it has no such row")
    }
}
