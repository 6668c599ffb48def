//! Actors without the macro: the types that `#[actor]` uses, and how to use them by hand.
//!
//! Generated code names these types, and functions that are generic over calls or handles may need
//! them. To write an actor without the macro, implement [`Message`] for its messages, [`Actor`](crate::Actor) for
//! its state, and [`Drive`] with an empty body:
//!
//! ```
//! use std::convert::Infallible;
//!
//! use actor_runtime::{Actor, Context, Reply, by_hand::{Drive, Envelope, Handle, Message}, pair};
//!
//! enum CounterMessage { Add { amount: u64, reply: Reply<u64> } }
//!
//! impl Message for CounterMessage {
//!     const ACTOR: &'static str = "Counter";
//!     type AtRest = Infallible;
//!
//!     fn envelope(&self) -> Envelope<'_> {
//!         let Self::Add { reply, .. } = self;
//!         Envelope::new("add", reply)
//!     }
//! }
//!
//! struct Counter { total: u64 }
//!
//! impl Actor for Counter {
//!     type Message = CounterMessage;
//!     type Handle = Handle<CounterMessage>;
//!     type StartError = Infallible;
//!     type Undelivered = Infallible;
//!
//!     async fn dispatch(&mut self, message: CounterMessage, _: &Context<Self>) {
//!         let CounterMessage::Add { amount, reply } = message;
//!         self.total += amount;
//!         reply.send(self.total);
//!     }
//! }
//!
//! impl Drive for Counter {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), actor_runtime::CallError> {
//! let (counter, run) = pair(Counter { total: 0 });
//! tokio::spawn(run);
//! let total = counter.call(|reply| CounterMessage::Add { amount: 2, reply }).await?;
//! assert_eq!(total, 2);
//! # Ok(())
//! # }
//! ```
//!
//! Calls, casts, timeouts, leases, statistics and scopes work as they do for a generated actor. The
//! handlers always run in the loop. [`spawn`](crate::spawn()) and [`Scope::spawn`](crate::Scope::spawn)
//! also require [`Spawn`], whose implementation proves that the loop is `Send`:
//!
//! ```
//! # use std::convert::Infallible;
//! # use actor_runtime::{Actor, Context, Reply, by_hand::{Drive, Envelope, Handle, Message}};
//! # enum CounterMessage { Add { amount: u64, reply: Reply<u64> } }
//! # impl Message for CounterMessage {
//! #     const ACTOR: &'static str = "Counter";
//! #     type AtRest = Infallible;
//! #     fn envelope(&self) -> Envelope<'_> {
//! #         let Self::Add { reply, .. } = self;
//! #         Envelope::new("add", reply)
//! #     }
//! # }
//! # struct Counter { total: u64 }
//! # impl Actor for Counter {
//! #     type Message = CounterMessage;
//! #     type Handle = Handle<CounterMessage>;
//! #     type StartError = Infallible;
//! #     type Undelivered = Infallible;
//! #     async fn dispatch(&mut self, message: CounterMessage, _: &Context<Self>) {
//! #         let CounterMessage::Add { amount, reply } = message;
//! #         self.total += amount;
//! #         reply.send(self.total);
//! #     }
//! # }
//! # impl Drive for Counter {}
//! use actor_runtime::{by_hand::{Mailbox, SendLoop, Spawn}, spawn};
//!
//! impl Spawn for Counter {
//!     fn run(self, mailbox: Mailbox<Self>) -> impl SendLoop<Self> {
//!         mailbox.run(self)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), actor_runtime::CallError> {
//! let counter = spawn(Counter { total: 0 });
//! # let total = counter.call(|reply| CounterMessage::Add { amount: 2, reply }).await?;
//! # assert_eq!(total, 2);
//! # Ok(())
//! # }
//! ```

pub use crate::{
    call::{
        lent::{Lent, LentStream},
        mark::{Marked, Unmarked},
        recipient::{Borrowed, Owned, Recipient},
        request::{Request, StreamRequest},
    },
    handle::Handle,
    life::{
        drive::{Drive, DriveNow, SendLoop, Spawn, SpawnNow},
        run::Mailbox,
        starting::CannotFail,
    },
    slot::message::{Envelope, Message, PendingReply},
};
