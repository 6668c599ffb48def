//! The code that `#[actor]` generates for `counter.rs`: the output of `cargo expand`, with notes.
//!
//! Run with `cargo run -p actor-examples --example counter_expanded`; it prints the same as `counter`. To see the
//! original, run `cargo expand -p actor-examples --example counter`.

#![expect(clippy::single_match, reason = "the macro writes alike for one handler and for many")]
#![expect(unused_imports, reason = "what was passed through a macro is written out here")]
#![expect(clippy::needless_borrow, reason = "the macro does not know what traits are in scope")]

use actor_runtime::{ActorHandle, spawn};

/// Counts.
#[derive(Debug)]
pub struct Counter {
    total: u64,
}

// The impl is unchanged. Its methods can be called and tested without an actor.
impl Counter {
    /// Adds `amount` and returns the new total.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    /// Returns the total so far.
    pub async fn get(&self) -> u64 {
        self.total
    }

    /// Ends the actor with its total.
    pub fn finish(self) -> u64 {
        self.total
    }
}

// All that follows was passed through this macro. A second `#[actor]` block for `Counter` would import
// another one under the same name, which is reported.
use ::actor_runtime::__block_17 as CounterHandle_has_one_actor_block;

// What the handle sends to the loop: a method's arguments, and the reply channel.
/// A message to [`Counter`](type@Counter): one variant per handler.
#[allow(missing_docs, rustdoc::private_intra_doc_links, reason = "see the handlers")]
pub enum CounterMessage {
    /// Adds `amount` and returns the new total.
    Add { amount: u64, reply: ::actor_runtime::Reply<u64> },
    /// Returns the total so far.
    Get { reply: ::actor_runtime::Reply<u64> },
    /// Ends the actor with its total.
    Finish { reply: ::actor_runtime::Reply<u64> },
}

// One counted reference to the mailbox.
/// A handle to a running [`Counter`](type@Counter).
#[allow(rustdoc::private_intra_doc_links, reason = "the actor may be private")]
#[must_use = "an actor ends when its last handle is dropped"]
pub struct CounterHandle(::actor_runtime::by_hand::Handle<CounterMessage>);

// These methods send nothing yet; each returns a call that can make its message. In debug builds, the
// call also records where it was made, for a warning if it is dropped after it was sent. `add` is a
// `fn`, so it may run on its caller's thread while the actor is idle: then no message is made. `&self.0`
// is borrowed first because a trait in scope may have a method `call` for every type.
impl CounterHandle {
    /// Adds `amount` and returns the new total.
    #[track_caller]
    pub fn add(
        &self,
        amount: u64,
    ) -> ::actor_runtime::Call<
        '_,
        u64,
        CounterMessage,
        impl ::actor_runtime::by_hand::Request<CounterMessage, u64> + use<>,
    > {
        let make = |amount, tx| CounterMessage::Add { amount, reply: tx };
        (&self.0)
            .call_with(amount, make)
            .inline("add", |this: &mut Counter, amount, _| this.add(amount))
    }

    /// Returns the total so far.
    #[track_caller]
    pub fn get(
        &self,
    ) -> ::actor_runtime::Call<
        '_,
        u64,
        CounterMessage,
        impl ::actor_runtime::by_hand::Request<CounterMessage, u64> + use<>,
    > {
        (&self.0).call(|tx| CounterMessage::Get { reply: tx })
    }

    /// Ends the actor with its total.
    #[track_caller]
    pub fn finish(
        &self,
    ) -> ::actor_runtime::Call<
        '_,
        u64,
        CounterMessage,
        impl ::actor_runtime::by_hand::Request<CounterMessage, u64> + use<>,
    > {
        (&self.0).call(|tx| CounterMessage::Finish { reply: tx })
    }
}

// Maps messages to methods. A breakpoint here sees every message that the loop takes.
impl ::actor_runtime::Actor for Counter {
    type Message = CounterMessage;
    type Handle = CounterHandle;
    type StartError = ::core::convert::Infallible;
    type Undelivered = ::core::convert::Infallible;

    const HAS_ON_IDLE: bool = false;

    // `fn` handlers, in the loop.
    fn run_now(&mut self, msg: CounterMessage, _: &::actor_runtime::Context<Self>) {
        match msg {
            CounterMessage::Add { amount, reply: tx } => tx.send(self.add(amount)),
            _ => {}
        }
    }

    // `async fn` handlers, which always run in the loop.
    async fn dispatch(&mut self, msg: CounterMessage, _: &::actor_runtime::Context<Self>) {
        match msg {
            CounterMessage::Get { reply: tx } => tx.send(Self::get(self).await),
            _ => {}
        }
    }
}

// The rest of the interface to the loop.
impl ::actor_runtime::by_hand::Drive for Counter {
    // The handler that takes `self` consumes the actor.
    async fn finish(self, msg: CounterMessage, _: &::actor_runtime::Context<Self>) {
        match msg {
            CounterMessage::Finish { reply: tx } => tx.send(Self::finish(self)),
            _ => {}
        }
    }
}

// Plumbing. This trait provides the methods of every handle: close the actor, wait for its end, get
// statistics.
impl ::actor_runtime::ActorHandle for CounterHandle {
    type Message = CounterMessage;

    const FROM_HANDLE: fn(::actor_runtime::by_hand::Handle<CounterMessage>) -> Self = Self;

    fn as_handle(&self) -> &::actor_runtime::by_hand::Handle<CounterMessage> {
        &self.0
    }
}

// `Clone` and `Debug` are written out, because a derive would put bounds on the type parameters of a
// generic actor. Handles are equal if they belong to the same actor.
impl ::core::clone::Clone for CounterHandle {
    fn clone(&self) -> Self {
        ::actor_runtime::__private::cloned(self)
    }
}

impl ::core::fmt::Debug for CounterHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_tuple("CounterHandle").field(&self.0).finish()
    }
}

impl ::core::cmp::PartialEq for CounterHandle {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl ::core::cmp::Eq for CounterHandle {}

impl ::core::hash::Hash for CounterHandle {
    fn hash<__Hasher: ::core::hash::Hasher>(&self, hasher: &mut __Hasher) {
        ::core::hash::Hash::hash(&self.0, hasher);
    }
}

// Prints the name of the handler, so the arguments need not be `Debug`.
impl ::core::fmt::Debug for CounterMessage {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(::actor_runtime::by_hand::Message::envelope(self).method())
    }
}

// The idle actor, which callers find in its seat while the loop has nothing to do. It has a separate
// type, which no other code can name, because messages may be more public than their actor.
const _: () = {
    #[allow(missing_debug_implementations, reason = "only the runtime uses it")]
    pub struct CounterAtRest(::actor_runtime::__private::Resting<Counter>);

    impl ::actor_runtime::__private::AtRest<Counter> for CounterAtRest {
        const OPEN: ::actor_runtime::__private::Open<Self, Counter> = |idle| &mut idle.0;
    }

    // The only place that requires `Send`: here the compiler checks that the whole loop is `Send`.
    // `#[actor(local)]` omits this impl.
    impl ::actor_runtime::by_hand::Spawn for Counter {
        fn run(
            self,
            mailbox: ::actor_runtime::by_hand::Mailbox<Self>,
        ) -> impl ::actor_runtime::by_hand::SendLoop<Self> {
            mailbox.inline_loop(self, CounterAtRest, |idle| idle.0).send_unless_local()
        }
    }

    // The loop reads this before it dispatches a message: the name of its handler, whether its caller
    // still waits, whether the handler awaits, and whether it ends the actor.
    impl ::actor_runtime::by_hand::Message for CounterMessage {
        const ACTOR: &'static str = "Counter";
        type AtRest = CounterAtRest;

        fn envelope(&self) -> ::actor_runtime::by_hand::Envelope<'_> {
            match self {
                CounterMessage::Add { reply: tx, .. } => tx.envelope("add").sync(),
                CounterMessage::Get { reply: tx } => tx.envelope("get"),
                CounterMessage::Finish { reply: tx } => tx.envelope("finish").last(),
            }
        }
    }
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = spawn(Counter { total: 0 });

    // A call waits for its reply, a cast only for room in the mailbox.
    assert_eq!(counter.add(2).await?, 2);
    counter.add(3).cast().await?;
    let total = counter.get().await?;
    assert_eq!(total, 5);
    println!("counted to {total}");

    // A handler that takes `self` ends the actor. Later calls fail.
    assert_eq!(counter.finish().await?, 5);
    println!("the actor has ended: {}", counter.exited().await);
    println!("one more call: {}", counter.add(1).await.unwrap_err());
    Ok(())
}
