//! The same actor with actix: a type per message, and actors that stay on the thread that created them.

use actix::prelude::*;

use crate::{contestant::Contestant, counter::Counter, flavor::Flavor};

/// The actor.
#[derive(Debug)]
pub struct Summing {
    counter: Counter,
    capacity: usize,
}

impl Actor for Summing {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(self.capacity);
    }
}

/// Adds and replies.
#[derive(Debug, Message)]
#[rtype(result = "u64")]
pub struct Add(u64);

/// Adds and replies, with a future that does not wait.
#[derive(Debug, Message)]
#[rtype(result = "u64")]
pub struct AddReady(u64);

/// Adds, yields to the scheduler once, and replies.
#[derive(Debug, Message)]
#[rtype(result = "u64")]
pub struct AddAndYield(u64);

impl Handler<Add> for Summing {
    type Result = u64;

    fn handle(&mut self, Add(amount): Add, _: &mut Self::Context) -> u64 {
        self.counter.add(amount)
    }
}

impl Handler<AddReady> for Summing {
    type Result = AtomicResponse<Self, u64>;

    fn handle(&mut self, AddReady(amount): AddReady, _: &mut Self::Context) -> Self::Result {
        let nothing = async {}.into_actor(self);
        AtomicResponse::new(Box::pin(
            nothing.map(move |(), actor: &mut Self, _| actor.counter.add(amount)),
        ))
    }
}

impl Handler<AddAndYield> for Summing {
    type Result = AtomicResponse<Self, u64>;

    fn handle(&mut self, AddAndYield(amount): AddAndYield, _: &mut Self::Context) -> Self::Result {
        let turn = tokio::task::yield_now().into_actor(self);
        AtomicResponse::new(Box::pin(
            turn.map(move |(), actor: &mut Self, _| actor.counter.add(amount)),
        ))
    }
}

/// The contestant for actix.
#[derive(Debug)]
pub struct Actix;

impl Contestant for Actix {
    type Handle = Addr<Summing>;
    type Answer = Result<u64, actix::MailboxError>;

    const PACKAGE: Option<&'static str> = Some("actix");
    const NOTE: Option<&'static str> = Some(
        "its casts (`do_send`) are not held back by the mailbox; with two workers its actors are on the \
         thread of the root task, and its callers are not; each message is allocated; nothing waits for the \
         end of an actor or tells why it ended",
    );

    fn block_on<F: Future>(flavor: Flavor, workload: F) -> F::Output {
        System::with_tokio_rt(|| flavor.runtime()).block_on(workload)
    }

    async fn spawn(capacity: usize) -> Self::Handle {
        Summing { counter: Counter::default(), capacity }.start()
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
        handle.do_send(Add(amount));
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.try_send(Add(amount)).expect("there is room");
    }
}
