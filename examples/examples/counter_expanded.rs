//! What `#[actor]` makes of `counter.rs`, annotated. The test `expanded` compares the two.
//!
//! Run with `cargo run --example counter_expanded`.

#![expect(clippy::single_match, reason = "the macro writes alike for one handler and for many")]

use actor_runtime::{ActorHandle, spawn};

/// Counts.
#[derive(Debug)]
pub struct Counter {
    total: u64,
}

// The impl is as it was written.
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

// What travels: the arguments of a handler, and where its answer goes.
/// A message to `Counter`: one variant per handler.
pub enum CounterMessage {
    /// Adds `amount` and returns the new total.
    Add {
        /// The argument `amount`.
        amount: u64,
        /// Takes the answer.
        reply: ::actor_runtime::Reply<u64>,
    },
    /// The total so far.
    Get {
        /// Takes the answer.
        reply: ::actor_runtime::Reply<u64>,
    },
    /// Ends the actor with its total.
    Finish {
        /// Takes the answer.
        reply: ::actor_runtime::Reply<u64>,
    },
}

// What the loop asks of a message before it runs its handler: does its caller still wait, is it the
// last one, what is it called in an error.
impl ::actor_runtime::Message for CounterMessage {
    const ACTOR: &'static str = "Counter";

    fn envelope(&self) -> ::actor_runtime::Envelope<'_> {
        match self {
            Self::Add { reply, .. } => ::actor_runtime::Envelope::new("add", reply),
            Self::Get { reply } => ::actor_runtime::Envelope::new("get", reply),
            Self::Finish { reply } => ::actor_runtime::Envelope::new("finish", reply).is_final(),
        }
    }
}

// The name of the handler, since the arguments need not be `Debug`.
impl ::core::fmt::Debug for CounterMessage {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        formatter
            .write_str(::actor_runtime::Envelope::method(&::actor_runtime::Message::envelope(self)))
    }
}

// From message to method.
impl ::actor_runtime::Actor for Counter {
    type Message = CounterMessage;
    type Handle = CounterHandle;
    // There is no `#[on_start]` that fails.
    type StartError = ::core::convert::Infallible;

    async fn dispatch(
        &mut self,
        message: CounterMessage,
        _context: &::actor_runtime::Context<Self>,
    ) {
        match message {
            CounterMessage::Add { amount, reply } => reply.send(self.add(amount)),
            CounterMessage::Get { reply } => reply.send(Self::get(self).await),
            // The last message goes to `finish`, which has the actor itself to give.
            CounterMessage::Finish { .. } => {}
        }
    }

    async fn finish(self, message: CounterMessage, _context: &::actor_runtime::Context<Self>) {
        match message {
            CounterMessage::Finish { reply } => reply.send(Self::finish(self)),
            _ => {}
        }
    }
}

// The loop may go to another thread. Where rustc can show that, this compiles; where it cannot, the
// error is here, once, and not at each `spawn`.
impl ::actor_runtime::Spawn for Counter {
    fn run(
        self,
        mailbox: ::actor_runtime::Mailbox<Self>,
    ) -> impl ::core::future::Future<Output = ::actor_runtime::Exit<Self>> + ::core::marker::Send
    {
        ::actor_runtime::__private::run(self, mailbox)
    }
}

/// A handle to a running `Counter`.
pub struct CounterHandle(::actor_runtime::Handle<CounterMessage>);

// One method for each handler. Nothing is sent yet: the closure makes the message when the call is
// awaited, cast or sent, and it is known whether somebody wants the answer.
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
        ::actor_runtime::Handle::call(&self.0, move |reply| CounterMessage::Add { amount, reply })
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
        ::actor_runtime::Handle::call(&self.0, |reply| CounterMessage::Get { reply })
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
        ::actor_runtime::Handle::call(&self.0, |reply| CounterMessage::Finish { reply })
    }
}

// `shutdown`, `downgrade`, `stats` and the rest are written once, in this trait.
impl ::actor_runtime::ActorHandle for CounterHandle {
    type Message = CounterMessage;

    fn as_handle(&self) -> &::actor_runtime::Handle<CounterMessage> {
        &self.0
    }

    fn from_handle(handle: ::actor_runtime::Handle<CounterMessage>) -> Self {
        Self(handle)
    }
}

// Not derived: a derive would ask the same of an actor's type parameters.
impl ::core::clone::Clone for CounterHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}

impl ::core::fmt::Debug for CounterHandle {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, formatter)
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
