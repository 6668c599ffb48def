//! Items for generated code only. They may change in any release.

#![allow(missing_debug_implementations, missing_docs, reason = "only generated code uses these")]

#[cfg(shuttle)]
use std::future::Future;

#[cfg(feature = "macros")]
pub use actor_macros::{__cancel_safe_methods, __select};

use crate::{
    ActorHandle,
    by_hand::{Drive, Mailbox},
};
pub use crate::{
    cancel_safe::{First, Given, select},
    inline::{InlineDyn, InlineLent, run_at_rest},
    life::{
        drive::SendUnlessLocal,
        events::{Incoming, Messages, NextMessage, Selected},
        message_loop::{Loop, PolledNext},
        resident::{AtRest, Occupant, Open, Resting},
    },
    slot::caller::Caller,
    slot::marked::Unread,
};

/// A `Send` type, with a diagnostic of our own for one that is not.
///
/// The impl for [`Never`] applies to no type. With two impls rustc cannot infer which `Proof` a type
/// has that is not `Send`, so expressions that use the proof have no known type and cause no further
/// errors.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between threads, so no message can carry it",
    label = "not `Send`",
    note = "use a type that is `Send`: `Arc` for `Rc`, `Mutex` for `RefCell`, `dyn Trait + Send` for `dyn Trait`",
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

/// A function with one of several parameters: the one whose condition holds.
pub trait OneOf {
    type Type;
}

impl<T> OneOf for fn(T) {
    type Type = T;
}

/// Another handle to the same actor. Where a type has taken the name of the handle, this is not one more error.
pub fn cloned<H: ActorHandle>(handle: &H) -> H {
    H::FROM_HANDLE(handle.as_handle().clone())
}

/// The proof that everything sent to an actor is `Send`.
pub struct Proof;

impl Proof {
    /// Combines two proofs. If `other` has no known type, neither has the result.
    pub fn and<P>(self, other: P) -> P {
        other
    }

    pub fn of<A: Drive>(self, mailbox: Mailbox<A>) -> Mailbox<A> {
        mailbox
    }
}

/// An actor and the body of its own thread, for models, which create their threads themselves.
#[cfg(shuttle)]
pub fn pair_thread<A: Drive>(builder: crate::Builder, actor: A) -> (A::Handle, impl FnOnce()) {
    builder.pair_thread(actor)
}

/// Like [`pair`](crate::pair()), with handlers that run inline, for models, which have no tokio: all of their
/// threads belong to one runtime, except those that have left it. As with `spawn`, the [`Exit`] has no actor.
#[cfg(shuttle)]
pub fn pair_inline<A: crate::by_hand::Spawn>(
    builder: crate::Builder,
    actor: A,
) -> (A::Handle, impl Future<Output = crate::Exit<A>> + Send) {
    builder.pair_inline(actor)
}

#[cfg(shuttle)]
pub use crate::thread::{budget::model::exhaust, home::model::leave_runtime};

/// Like [`pair_inline`], for an actor that is restarted.
#[cfg(shuttle)]
pub fn pair_inline_restarted<A>(
    builder: crate::RestartBuilder,
    make: impl FnMut(&crate::Life<A::Handle>) -> A + Send + 'static,
) -> (A::Handle, impl Future<Output = crate::Exit<A>> + Send)
where
    A: crate::by_hand::Spawn<StartError: Send, Undelivered: Send> + SendUnlessLocal,
    A::Message: crate::by_hand::Message<AtRest: Send> + Send,
{
    builder.pair_inline(make)
}
