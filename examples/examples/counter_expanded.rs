//! What `#[actor]` makes of `counter.rs`, written out by hand and annotated.
//!
//! Run with `cargo run --example counter_expanded`.

use actor_runtime::{ActorHandle, spawn};

/// Counts.
pub struct Counter {
    total: u64,
}

impl Counter {
    /// Adds `amount` and returns the new total.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    /// The total so far.
    pub async fn get(&self) -> u64 {
        self.total
    }

    /// Ends the actor with its total.
    pub fn finish(self) -> u64 {
        self.total
    }
}

/// A message to a [`Counter`]: one variant per handler.
pub enum CounterMessage {
    /// Adds `amount` and returns the new total.
    Add { amount: u64, reply: ::actor_runtime::Reply<u64> },
    /// The total so far.
    Get { reply: ::actor_runtime::Reply<u64> },
    /// Ends the actor with its total.
    Finish { reply: ::actor_runtime::Reply<u64> },
}

impl ::actor_runtime::Message for CounterMessage {
    const ACTOR: &'static str = "Counter";

    fn envelope(&self) -> ::actor_runtime::Envelope<'_> {
        match self {
            Self::Add { reply, .. } => ::actor_runtime::Envelope::new("add", reply),
            Self::Get { reply, .. } => ::actor_runtime::Envelope::new("get", reply),
            Self::Finish { reply, .. } => {
                ::actor_runtime::Envelope::new("finish", reply).is_final()
            }
        }
    }
}

impl ::actor_runtime::Actor for Counter {
    type Message = CounterMessage;
    type Handle = CounterHandle;
    type StartError = ::core::convert::Infallible;

    const MAILBOX: ::actor_runtime::Capacity = ::actor_runtime::Capacity::DEFAULT;

    async fn dispatch(
        &mut self,
        message: CounterMessage,
        _context: &::actor_runtime::Context<Self>,
    ) {
        match message {
            CounterMessage::Add { amount, reply } => reply.send(self.add(amount)),
            CounterMessage::Get { reply } => reply.send(self.get().await),
            CounterMessage::Finish { .. } => {}
        }
    }

    async fn finish(self, message: CounterMessage, _context: &::actor_runtime::Context<Self>) {
        if let CounterMessage::Finish { reply } = message {
            reply.send(self.finish());
        }
    }
}

impl ::actor_runtime::Spawn for Counter {
    fn run(
        self,
        mailbox: ::actor_runtime::Mailbox<Self>,
    ) -> impl ::core::future::Future<Output = ::actor_runtime::Exit<Self>> + ::core::marker::Send
    {
        mailbox.run(self)
    }
}

/// A handle to a running [`Counter`].
pub struct CounterHandle(::actor_runtime::Handle<CounterMessage>);

impl CounterHandle {
    /// Adds `amount` and returns the new total.
    pub fn add(
        &self,
        amount: u64,
    ) -> ::actor_runtime::Call<
        '_,
        CounterMessage,
        u64,
        impl ::core::ops::FnOnce(::actor_runtime::Reply<u64>) -> CounterMessage,
    > {
        self.0.call(move |reply| CounterMessage::Add { amount, reply })
    }

    /// The total so far.
    pub fn get(
        &self,
    ) -> ::actor_runtime::Call<
        '_,
        CounterMessage,
        u64,
        impl ::core::ops::FnOnce(::actor_runtime::Reply<u64>) -> CounterMessage,
    > {
        self.0.call(move |reply| CounterMessage::Get { reply })
    }

    /// Ends the actor with its total.
    pub fn finish(
        &self,
    ) -> ::actor_runtime::Call<
        '_,
        CounterMessage,
        u64,
        impl ::core::ops::FnOnce(::actor_runtime::Reply<u64>) -> CounterMessage,
    > {
        self.0.call(move |reply| CounterMessage::Finish { reply })
    }
}

impl ::actor_runtime::ActorHandle for CounterHandle {
    type Message = CounterMessage;

    fn as_handle(&self) -> &::actor_runtime::Handle<CounterMessage> {
        &self.0
    }

    fn from_handle(handle: ::actor_runtime::Handle<CounterMessage>) -> Self {
        Self(handle)
    }
}

impl ::core::clone::Clone for CounterHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}

impl ::core::fmt::Debug for CounterHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = spawn(Counter { total: 0 });
    assert_eq!(counter.add(2).await?, 2);
    counter.add(3).cast().await?;
    assert_eq!(counter.get().await?, 5);
    assert_eq!(counter.finish().await?, 5);
    println!("{}", counter.exited().await);
    println!("{}", counter.add(1).await.unwrap_err());
    Ok(())
}
