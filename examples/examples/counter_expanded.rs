//! What `#[actor]` makes of `counter.rs`: the output of `cargo expand`, with notes.
//!
//! Run with `cargo run --example counter_expanded`; it prints what `counter` prints. To see the
//! original, run `cargo expand -p actor-examples --example counter`.

#![expect(clippy::single_match, reason = "the macro writes alike for one handler and for many")]

use actor_runtime::{ActorHandle, spawn};

/// Counts.
#[derive(Debug)]
pub struct Counter {
    total: u64,
}

// The impl is as it was. Its methods can be called, and tested, without any actor.
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

// What travels from the handle to the loop: the arguments of a method, and where its answer goes.
/// A message to `Counter`: one variant per handler.
#[allow(missing_docs, reason = "the handlers say what their arguments are")]
pub enum CounterMessage {
    /// Adds `amount` and returns the new total.
    Add { amount: u64, reply: ::actor_runtime::Reply<u64> },
    /// The total so far.
    Get { reply: ::actor_runtime::Reply<u64> },
    /// Ends the actor with its total.
    Finish { reply: ::actor_runtime::Reply<u64> },
}

// What callers find while the loop has nothing to do. It has a type of its own, which nobody else can
// name, because messages may be more public than their actor.
const _: () = {
    /// A `Counter` that is idle, so that callers may run its handlers.
    #[derive(::core::fmt::Debug)]
    pub struct CounterAtRest(::std::boxed::Box<::actor_runtime::__private::Resident<Counter>>);

    impl ::actor_runtime::__private::AtRest<Counter> for CounterAtRest {
        fn at_rest(
            actor: ::std::boxed::Box<::actor_runtime::__private::Resident<Counter>>,
        ) -> Self {
            Self(actor)
        }

        fn resident(&mut self) -> &mut ::actor_runtime::__private::Resident<Counter> {
            &mut self.0
        }

        fn into_resident(self) -> ::std::boxed::Box<::actor_runtime::__private::Resident<Counter>> {
            self.0
        }
    }

    // What the loop has to know before it dispatches a message: the name of its handler, whether its
    // caller still waits, whether it awaits, and whether it is the last.
    impl ::actor_runtime::Message for CounterMessage {
        const ACTOR: &'static str = "Counter";
        type AtRest = CounterAtRest;

        fn envelope(&self) -> ::actor_runtime::Envelope<'_> {
            match self {
                Self::Add { reply, .. } => ::actor_runtime::Envelope::new("add", reply),
                Self::Get { reply } => ::actor_runtime::Envelope::new("get", reply).is_async(),
                Self::Finish { reply } => {
                    ::actor_runtime::Envelope::new("finish", reply).is_final()
                }
            }
        }
    }
};

// It prints the name of the handler, so the arguments need not be `Debug`.
impl ::core::fmt::Debug for CounterMessage {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        formatter.write_str(::actor_runtime::Message::envelope(self).method())
    }
}

// From message to method. A breakpoint here sees every message that the loop takes.
impl ::actor_runtime::Actor for Counter {
    type Message = CounterMessage;
    type Handle = CounterHandle;
    type StartError = ::core::convert::Infallible;
    type Undelivered = ::core::convert::Infallible;

    // A `fn` handler, in the loop. A caller that finds the actor idle does without a message.
    #[inline]
    fn dispatch_now(
        &mut self,
        message: CounterMessage,
        _context: &::actor_runtime::Context<Self>,
        caller: ::actor_runtime::Caller<'_>,
    ) {
        match message {
            CounterMessage::Add { amount, reply } => caller.answer(reply, self.add(amount)),
            _ => {}
        }
    }

    // An `async fn` handler: always in the loop.
    async fn dispatch(
        &mut self,
        message: CounterMessage,
        _context: &::actor_runtime::Context<Self>,
    ) {
        match message {
            CounterMessage::Get { reply } => reply.send(Self::get(self).await),
            _ => {}
        }
    }

    // The last handler takes the actor with it.
    async fn finish(self, message: CounterMessage, _context: &::actor_runtime::Context<Self>) {
        match message {
            CounterMessage::Finish { reply } => reply.send(Self::finish(self)),
            _ => {}
        }
    }
}

// The one place that asks for `Send`: here the compiler proves that the whole loop has it.
// `#[actor(local)]` leaves this out.
impl ::actor_runtime::Spawn for Counter {
    fn run(
        self,
        mailbox: ::actor_runtime::Mailbox<Self>,
    ) -> impl ::core::future::Future<Output = ::actor_runtime::Exit<Self>> + ::core::marker::Send
    {
        ::actor_runtime::__private::run_inline(self, mailbox)
    }
}

// One counted reference to the mailbox. For a generic actor these two are written out, because a
// derive would ask of its type parameters what it derives.
/// A handle to a running `Counter`.
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct CounterHandle(::actor_runtime::Handle<CounterMessage>);

// Nothing is sent yet: what these give is a call that knows how to make its message. In debug builds,
// like this one, it also knows where it was made: for a warning if it is dropped half way. `add` is a
// `fn`, so it may run on the thread of its caller while the actor is idle: then no message is sent.
impl CounterHandle {
    /// Adds `amount` and returns the new total.
    #[track_caller]
    pub fn add(
        &self,
        amount: u64,
    ) -> ::actor_runtime::Call<
        '_,
        CounterMessage,
        u64,
        impl ::actor_runtime::Request<CounterMessage, u64>,
    > {
        ::actor_runtime::Handle::call(&self.0, move |reply| CounterMessage::Add { amount, reply })
            .inline("add", |actor: &mut Counter, message, _context| match message {
                CounterMessage::Add { amount, .. } => {
                    ::core::option::Option::Some(actor.add(amount))
                }
                _ => ::core::option::Option::None,
            })
    }

    /// The total so far.
    #[track_caller]
    pub fn get(
        &self,
    ) -> ::actor_runtime::Call<
        '_,
        CounterMessage,
        u64,
        impl ::actor_runtime::Request<CounterMessage, u64>,
    > {
        ::actor_runtime::Handle::call(&self.0, |reply| CounterMessage::Get { reply })
    }

    /// Ends the actor with its total.
    #[track_caller]
    pub fn finish(
        &self,
    ) -> ::actor_runtime::Call<
        '_,
        CounterMessage,
        u64,
        impl ::actor_runtime::Request<CounterMessage, u64>,
    > {
        ::actor_runtime::Handle::call(&self.0, |reply| CounterMessage::Finish { reply })
    }
}

// Closing, waiting for the end, statistics: what every handle can do comes with this trait.
impl ::actor_runtime::ActorHandle for CounterHandle {
    type Message = CounterMessage;

    fn as_handle(&self) -> &::actor_runtime::Handle<CounterMessage> {
        &self.0
    }

    fn from_handle(handle: ::actor_runtime::Handle<CounterMessage>) -> Self {
        Self(handle)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = spawn(Counter { total: 0 });

    // A call waits for its answer, a cast only for room in the mailbox.
    assert_eq!(counter.add(2).await?, 2);
    counter.add(3).cast().await?;
    let total = counter.get().await?;
    assert_eq!(total, 5);
    println!("counted to {total}");

    // The last message takes the actor with it. Whoever calls afterwards is told.
    assert_eq!(counter.finish().await?, 5);
    println!("the actor has ended: {}", counter.exited().await);
    println!("one more call: {}", counter.add(1).await.unwrap_err());
    Ok(())
}
