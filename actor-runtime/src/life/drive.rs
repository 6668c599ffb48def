//! What the loop needs of an actor besides its hooks.

use std::future::Future;

use crate::{
    cancel_safe::First,
    life::{
        actor::Actor,
        context::Context,
        events::{Incoming, Selected},
        exit::Exit,
        message_loop::{Loop, PolledNext},
        run::Mailbox,
    },
    slot::caller::Caller,
};

/// What `#[actor]` writes besides the implementation of [`Actor`].
///
/// Everything in it has a default. For an actor that is written by hand, implement it with an empty
/// body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the `impl {Self}` whose `pub` methods are to be its messages"
)]
pub trait Drive: Actor {
    /// Whether `on_idle` does anything. If not, it is not run.
    #[doc(hidden)]
    const HAS_ON_IDLE: bool = true;

    /// Whether any answer comes back. If not, nothing is kept for it.
    #[doc(hidden)]
    const TAKES_BACK: bool = false;

    /// The handlers of the events that the actor waits for beside its messages.
    #[doc(hidden)]
    const SOURCES: &'static [&'static str] = &[];

    /// Whether messages or events come first.
    #[doc(hidden)]
    const FIRST: First = First::Neither;

    /// Runs the handler of `message`, a `fn`: in the loop, or on the thread of a caller.
    #[doc(hidden)]
    fn dispatch_now(
        &mut self,
        message: Self::Message,
        context: &Context<Self>,
        caller: Caller<'_>,
    ) {
        let _ = (message, context, caller);
    }

    /// Runs the handler of a final message, which takes the actor itself.
    #[doc(hidden)]
    fn finish(self, message: Self::Message, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = (message, context);
        async {}
    }

    /// Runs the method that takes an answer back.
    #[doc(hidden)]
    fn take_back(&mut self, undelivered: Self::Undelivered) {
        drop(undelivered);
    }

    /// Looks for the next message; or waits for it, beside the sources. A type has the one or the
    /// other, so that an actor without sources has no future with the wait in it.
    #[doc(hidden)]
    fn next(life: &mut Loop<'_, Self>) -> impl Future<Output = PolledNext<Self::Message>> {
        life.poll_mailbox()
    }

    /// Waits for the next message or event, and runs the handler of an event. Without
    /// [`SOURCES`](Self::SOURCES) it is not run.
    #[doc(hidden)]
    fn select(
        &mut self,
        incoming: &mut Incoming<'_, Self::Message>,
        context: &Context<Self>,
    ) -> impl Future<Output = Selected<Self::Message>> {
        let _ = context;
        incoming.messages.next()
    }
}

/// An actor whose loop may move to another thread: all of it is `Send`.
///
/// `#[actor]` implements it, unless the actor is `#[actor(local)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no actor that may leave the thread it was made on",
    label = "cannot be started here",
    note = "if it is `#[actor(local)]`, start it with `spawn_thread(|| ..)`, `spawn_local(..)` or `pair(..)`, or take `local` out",
    note = "if it is no actor yet, put `#[actor]` on the `impl {Self}` with its handlers"
)]
pub trait Spawn: Drive {
    /// The loop: takes messages and runs their handlers until the actor ends.
    fn run(self, mailbox: Mailbox<Self>) -> impl Future<Output = Exit<Self>> + Send;
}
