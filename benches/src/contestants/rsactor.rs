//! The same actor with rsactor: a type per message, and methods marked as handlers.

use rsactor::{Actor, ActorRef, message_handlers, spawn_with_mailbox_capacity};

use crate::{contestant::Contestant, counter::Counter, workload::Row};

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

#[message_handlers]
impl Summing {
    #[handler]
    async fn add(&mut self, message: Add, _: &ActorRef<Self>) -> u64 {
        self.counter.add(message.0)
    }

    #[handler]
    async fn add_ready(&mut self, message: AddReady, _: &ActorRef<Self>) -> u64 {
        self.counter.add_ready(message.0).await
    }

    #[handler]
    async fn add_and_yield(&mut self, message: AddAndYield, _: &ActorRef<Self>) -> u64 {
        self.counter.add_and_yield(message.0).await
    }
}

/// The contestant for rsactor.
#[derive(Debug)]
pub struct Rsactor;

impl Contestant for Rsactor {
    type Handle = ActorRef<Summing>;
    type Answer = Result<u64, rsactor::Error>;

    const PACKAGE: Option<&'static str> = Some("rsactor");

    fn cannot(row: Row) -> Option<&'static str> {
        (row == Row::TryCast).then_some("it has no send that never waits")
    }

    async fn spawn(capacity: usize) -> Self::Handle {
        let (handle, _) = spawn_with_mailbox_capacity::<Summing>(Summing::default(), capacity);
        handle
    }

    fn call(handle: &Self::Handle, amount: u64) -> impl Future<Output = Self::Answer> + Send {
        handle.ask(Add(amount))
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

    fn try_cast(_handle: &Self::Handle, _amount: u64) {
        unreachable!("it has no such row")
    }
}
