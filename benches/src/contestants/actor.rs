//! The actor that `#[actor]` writes.

use actor_runtime::{Builder, Capacity};

use crate::{contestant::Contestant, counter::Counter};

/// The state of the actor.
pub struct Summing {
    counter: Counter,
}

impl Summing {
    /// Adds `amount` and answers with the total.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.counter.add(amount)
    }

    /// As [`add`](Self::add), with a turn of the scheduler in between.
    pub async fn add_and_yield(&mut self, amount: u64) -> u64 {
        self.counter.add_and_yield(amount).await
    }
}

pub enum SummingMessage {
    Add { amount: u64, reply: ::actor_runtime::Reply<u64> },
    AddAndYield { amount: u64, reply: ::actor_runtime::Reply<u64> },
}

impl ::actor_runtime::Message for SummingMessage {
    fn envelope(&self) -> ::actor_runtime::Envelope<'_> {
        match self {
            Self::Add { reply, .. } => ::actor_runtime::Envelope::new("add", reply),
            Self::AddAndYield { reply, .. } => ::actor_runtime::Envelope::new("add_and_yield", reply),
        }
    }
}

impl ::core::fmt::Debug for SummingMessage {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str("SummingMessage")
    }
}

impl ::actor_runtime::Actor for Summing {
    type Message = SummingMessage;
    type Handle = SummingHandle;
    type StartError = ::core::convert::Infallible;

    const NAME: &'static str = "Summing";
    const MAILBOX: ::actor_runtime::Capacity = ::actor_runtime::Capacity::DEFAULT;

    async fn dispatch(
        &mut self,
        message: SummingMessage,
        _context: &::actor_runtime::Context<Self>,
    ) {
        match message {
            SummingMessage::Add { amount, reply } => reply.send(self.add(amount)),
            SummingMessage::AddAndYield { amount, reply } => {
                reply.send(self.add_and_yield(amount).await)
            }
        }
    }
}

impl ::actor_runtime::Spawn for Summing {
    fn run(
        self,
        mailbox: ::actor_runtime::Mailbox<Self>,
    ) -> impl ::core::future::Future<Output = ::actor_runtime::Exit<Self>> + ::core::marker::Send {
        mailbox.run(self)
    }
}

pub struct SummingHandle(::actor_runtime::Handle<SummingMessage>);

impl SummingHandle {
    pub fn add(
        &self,
        amount: u64,
    ) -> ::actor_runtime::Call<
        '_,
        SummingMessage,
        u64,
        impl ::core::ops::FnOnce(::actor_runtime::Reply<u64>) -> SummingMessage + use<>,
    > {
        self.0.call(move |reply| SummingMessage::Add { amount, reply })
    }

    pub fn add_and_yield(
        &self,
        amount: u64,
    ) -> ::actor_runtime::Call<
        '_,
        SummingMessage,
        u64,
        impl ::core::ops::FnOnce(::actor_runtime::Reply<u64>) -> SummingMessage + use<>,
    > {
        self.0.call(move |reply| SummingMessage::AddAndYield { amount, reply })
    }
}

impl ::actor_runtime::ActorHandle for SummingHandle {
    type Actor = Summing;
    type Message = SummingMessage;

    fn as_handle(&self) -> &::actor_runtime::Handle<SummingMessage> {
        &self.0
    }

    fn from_handle(handle: ::actor_runtime::Handle<SummingMessage>) -> Self {
        Self(handle)
    }
}

impl ::core::clone::Clone for SummingHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}

impl ::core::fmt::Debug for SummingHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}

/// The generated actor.
#[derive(Debug)]
pub struct Generated;

impl Contestant for Generated {
    type Handle = SummingHandle;

    fn spawn(capacity: usize) -> Self::Handle {
        let actor = Summing { counter: Counter::default() };
        Builder::new().mailbox(Capacity::bounded(capacity)).spawn(actor)
    }

    async fn call(handle: &Self::Handle, amount: u64) -> u64 {
        handle.add(amount).await.expect("the actor answers")
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        handle.add_and_yield(amount).await.expect("the actor answers")
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        handle.add(amount).cast().await.expect("the actor lives");
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.add(amount).try_cast().expect("there is room");
    }
}
