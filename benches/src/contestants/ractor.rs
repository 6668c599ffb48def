//! The same actor with ractor: a message enum by hand, with a reply port in each variant with a reply.

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, rpc::CallResult};

use crate::{contestant::Contestant, counter::Counter};

/// A message to the actor.
#[derive(Debug)]
pub enum Message {
    /// Adds.
    Add(u64, Option<RpcReplyPort<u64>>),
    /// Adds and replies, with an `async fn` of the counter.
    AddReady(u64, RpcReplyPort<u64>),
    /// Adds, yields to the scheduler once, and replies.
    AddAndYield(u64, RpcReplyPort<u64>),
}

/// The actor.
#[derive(Debug)]
pub struct Summing;

impl Actor for Summing {
    type Msg = Message;
    type State = Counter;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Message>, (): ()) -> Result<Counter, ActorProcessingErr> {
        Ok(Counter::default())
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        counter: &mut Counter,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Add(amount, None) => {
                counter.add(amount);
            }
            Message::Add(amount, Some(reply)) => {
                // The caller may have been dropped.
                let _ = reply.send(counter.add(amount));
            }
            Message::AddReady(amount, reply) => {
                let _ = reply.send(counter.add_ready(amount).await);
            }
            Message::AddAndYield(amount, reply) => {
                let _ = reply.send(counter.add_and_yield(amount).await);
            }
        }
        Ok(())
    }
}

/// The contestant for ractor.
#[derive(Debug)]
pub struct Ractor;

fn answer(outcome: CallResult<u64>) -> u64 {
    match outcome {
        CallResult::Success(total) => total,
        CallResult::Timeout | CallResult::SenderError => panic!("the actor replies"),
    }
}

/// A handle that stops its actor when its last clone is dropped, like the other libraries' handles.
#[derive(Clone, Debug)]
pub struct Handle(std::sync::Arc<Owner>);

#[derive(Debug)]
struct Owner(ActorRef<Message>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.stop(None);
    }
}

impl Contestant for Ractor {
    type Handle = Handle;
    type Answer = u64;

    const PACKAGE: Option<&'static str> = Some("ractor");
    const NOTE: Option<&'static str> = Some(
        "its mailbox is unbounded; an actor ends when it is stopped, not with its last handle",
    );

    async fn spawn(_capacity: usize) -> Self::Handle {
        let (actor, _) = Actor::spawn(None, Summing, ()).await.expect("the actor starts");
        Handle(std::sync::Arc::new(Owner(actor)))
    }

    async fn call(handle: &Self::Handle, amount: u64) -> u64 {
        let sent = handle.0.0.call(|reply| Message::Add(amount, Some(reply)), None).await;
        answer(sent.expect("the actor runs"))
    }

    async fn call_ready(handle: &Self::Handle, amount: u64) -> u64 {
        let sent = handle.0.0.call(|reply| Message::AddReady(amount, reply), None).await;
        answer(sent.expect("the actor runs"))
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        let sent = handle.0.0.call(|reply| Message::AddAndYield(amount, reply), None).await;
        answer(sent.expect("the actor runs"))
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        handle.0.0.cast(Message::Add(amount, None)).expect("the actor runs");
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.0.0.cast(Message::Add(amount, None)).expect("the actor runs");
    }
}
