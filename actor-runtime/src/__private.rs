//! What generated code needs, and nobody else.

#![allow(missing_debug_implementations, missing_docs, reason = "no user sees these")]

use std::future::Future;

#[cfg(feature = "macros")]
pub use actor_macros::__select;

use crate::{
    Exit,
    by_hand::{Drive, Mailbox, Message},
    life::resident::SeatAccess,
};
pub use crate::{
    cancel_safe::{First, Given, select},
    life::{
        events::{Incoming, Messages, NextMessage, Selected},
        message_loop::{Loop, PolledNext},
        resident::{AtRest, Occupant, Resident},
    },
    slot::caller::Caller,
    slot::marked::Unread,
};

/// A type that can be sent between threads; with a text of our own for one that cannot.
///
/// The impl for [`Never`] holds for no type. It is there because with two impls rustc cannot tell
/// which `Proof` a type has that is not `Send`. What is done with that proof then has no type
/// either, and gives no second error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between threads, so no message can carry it",
    label = "not `Send`",
    note = "use a type that is `Send`: `Arc` for `Rc`, `Mutex` for `RefCell`",
    note = "or keep the actor on one thread: `#[actor(local)]`"
)]
pub trait Travels<Why> {
    type Proof;

    fn travels() -> Self::Proof;
}

pub struct BySend;

pub struct Never;

pub trait Unsatisfied {}

impl<T: Send + ?Sized> Travels<BySend> for T {
    type Proof = Proof;

    fn travels() -> Proof {
        Proof
    }
}

impl<T: Unsatisfied + ?Sized> Travels<Never> for T {
    type Proof = Proof;

    fn travels() -> Proof {
        Proof
    }
}

/// The proof that all that travels to an actor can be sent.
pub struct Proof;

impl Proof {
    /// The proof for `self` and `other`; of unknown type, and silent, if `other` has none.
    pub fn and<P>(self, other: P) -> P {
        other
    }

    pub fn run<A>(self, actor: A, mailbox: Mailbox<A>) -> impl Future<Output = Exit<A>>
    where
        A: Drive<Message: Send, Undelivered: Send> + Send,
    {
        run(actor, mailbox)
    }

    pub fn run_inline<A>(self, actor: A, mailbox: Mailbox<A>) -> impl Future<Output = Exit<A>>
    where
        A: Drive<Message: Message<AtRest: AtRest<A>> + Send, Undelivered: Send> + Send,
    {
        run_inline(actor, mailbox)
    }

    pub fn run_inline_dyn<A>(self, actor: A, mailbox: Mailbox<A>) -> impl Future<Output = Exit<A>>
    where
        A: Drive<Message: Message<AtRest = Box<dyn Occupant<A::Message>>> + Send> + Send,
        A::Undelivered: Send,
    {
        run_inline_dyn(actor, mailbox)
    }
}

/// The loop of an actor that may go to another thread.
///
/// That the future is `Send` is for rustc to find out, but that `A` is not is said better here.
pub fn run<A>(actor: A, mailbox: Mailbox<A>) -> impl Future<Output = Exit<A>>
where
    A: Drive<Message: Send, Undelivered: Send> + Send,
{
    mailbox.run(actor)
}

/// As [`run`], for an actor that callers may find idle.
pub fn run_inline<A>(actor: A, mailbox: Mailbox<A>) -> impl Future<Output = Exit<A>>
where
    A: Drive<Message: Message<AtRest: AtRest<A>> + Send, Undelivered: Send> + Send,
{
    mailbox.run_inline(actor, SeatAccess::new)
}

/// As [`run_inline`], for an actor whose type its handle does not know.
pub fn run_inline_dyn<A>(actor: A, mailbox: Mailbox<A>) -> impl Future<Output = Exit<A>>
where
    A: Drive<Message: Message<AtRest = Box<dyn Occupant<A::Message>>> + Send> + Send,
    A::Undelivered: Send,
{
    mailbox.run_inline(actor, SeatAccess::new_dyn)
}

/// An actor and its own thread, for the models, which make their threads themselves.
#[cfg(shuttle)]
pub fn pair_thread<A: Drive>(builder: crate::Builder, actor: A) -> (A::Handle, impl FnOnce()) {
    builder.pair_thread(actor)
}

/// As [`pair`](crate::pair()), for an actor that callers find in its seat: for the models, which
/// have no tokio.
#[cfg(shuttle)]
pub fn pair_inline<A: crate::by_hand::Spawn>(
    builder: crate::Builder,
    actor: A,
) -> (A::Handle, impl Future<Output = Exit<A>> + Send) {
    builder.pair_inline(actor)
}
