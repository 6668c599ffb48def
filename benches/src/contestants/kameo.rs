//! The same actor with kameo: a type per message, and a trait impl for each.

use kameo::{
    Actor,
    actor::{ActorRef, Spawn},
    mailbox,
    message::{Context, Message},
};

use crate::{contestant::Contestant, counter::Counter};

/// The actor.
#[derive(Actor, Debug, Default)]
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

impl Message<Add> for Summing {
    type Reply = u64;

    async fn handle(&mut self, Add(amount): Add, _: &mut Context<Self, u64>) -> u64 {
        self.counter.add(amount)
    }
}

impl Message<AddReady> for Summing {
    type Reply = u64;

    async fn handle(&mut self, AddReady(amount): AddReady, _: &mut Context<Self, u64>) -> u64 {
        self.counter.add_ready(amount).await
    }
}

impl Message<AddAndYield> for Summing {
    type Reply = u64;

    async fn handle(&mut self, message: AddAndYield, _: &mut Context<Self, u64>) -> u64 {
        self.counter.add_and_yield(message.0).await
    }
}

/// The contestant for kameo.
#[derive(Debug)]
pub struct Kameo;

impl Contestant for Kameo {
    type Handle = ActorRef<Summing>;
    type Answer = Result<u64, kameo::error::SendError<Add>>;

    const PACKAGE: Option<&'static str> = Some("kameo");

    async fn spawn(capacity: usize) -> Self::Handle {
        Summing::spawn_with_mailbox(Summing::default(), mailbox::bounded(capacity))
    }

    fn call(handle: &Self::Handle, amount: u64) -> impl Future<Output = Self::Answer> + Send {
        handle.ask(Add(amount)).into_future()
    }

    async fn call_ready(handle: &Self::Handle, amount: u64) -> u64 {
        handle.ask(AddReady(amount)).await.expect("the actor replies")
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        handle.ask(AddAndYield(amount)).await.expect("the actor replies")
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        handle.tell(Add(amount)).await.expect("the actor runs");
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.tell(Add(amount)).try_send().expect("there is room");
    }
}
