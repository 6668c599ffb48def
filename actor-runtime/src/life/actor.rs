//! The traits that `#[actor]` implements.

use std::{convert::Infallible, future::Future};

use crate::{
    cancel_safe::First,
    handle::ActorHandle,
    life::{
        context::Context,
        events::{Incoming, Selected},
        exit::Exit,
        run::{Found, Loop, Mailbox},
    },
    mailbox::capacity::Capacity,
    slot::{caller::Caller, message::Message},
};

/// A type whose `pub` methods are messages. `#[actor]` implements it.
///
/// The hooks default to doing nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the `impl {Self}` whose `pub` methods are to be its messages"
)]
pub trait Actor: Sized + 'static {
    /// One variant per handler.
    type Message: Message;
    /// The handle: one method per handler.
    type Handle: ActorHandle<Message = Self::Message>;
    /// What [`on_start`](Self::on_start) fails with; [`Infallible`] if it cannot.
    type StartError: 'static;
    /// An answer that comes back, one variant per handler that is marked
    /// `#[cancel_safe(undelivered = ..)]`; [`Infallible`] if there is none.
    type Undelivered: 'static;
    /// How many messages the mailbox holds.
    const MAILBOX: Capacity = Capacity::DEFAULT;

    /// Runs before the first message, and with [`start`](crate::start) before the handle is given
    /// out.
    fn on_start(
        &mut self,
        context: &Context<Self>,
    ) -> impl Future<Output = Result<(), Self::StartError>> {
        let _ = context;
        async { Ok(()) }
    }

    /// Runs the handler of `message`, a `fn`: in the loop, or on the thread of a caller.
    fn dispatch_now(
        &mut self,
        message: Self::Message,
        context: &Context<Self>,
        caller: Caller<'_>,
    ) {
        let _ = (message, context, caller);
    }

    /// Runs the handler of `message`, an `async fn`. Final messages go to [`finish`](Self::finish)
    /// instead.
    fn dispatch(
        &mut self,
        message: Self::Message,
        context: &Context<Self>,
    ) -> impl Future<Output = ()> {
        let _ = (message, context);
        async {}
    }

    /// Runs the handler of a final message, which takes the actor itself.
    fn finish(self, message: Self::Message, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = (message, context);
        async {}
    }

    /// Whether any answer comes back. If not, nothing is done for it.
    const TAKES_BACK: bool = false;

    /// Runs the method that takes an answer back.
    fn take_back(&mut self, undelivered: Self::Undelivered) {
        drop(undelivered);
    }

    /// Whether [`on_idle`](Self::on_idle) does anything. If not, it is not run.
    const HAS_ON_IDLE: bool = false;

    /// Runs whenever the mailbox has just run empty, before a lease begins, and where messages never
    /// end, after every 128 of them.
    fn on_idle(&mut self, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }

    /// The handlers of the events that the actor waits for beside its messages.
    const SOURCES: &'static [&'static str] = &[];

    /// Whether messages or events come first.
    #[doc(hidden)]
    const FIRST: First = First::Neither;

    /// Looks for the next message; or waits for it, beside the sources. A type has the one or the
    /// other, so that an actor without sources has no future with the wait in it.
    #[doc(hidden)]
    fn next(life: &mut Loop<'_, Self>) -> impl Future<Output = Found<Self::Message>> {
        life.look()
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

    /// Runs when a lease has ended, before anything else is handled.
    fn on_release(&mut self, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }

    /// Runs after the last message, if the actor ends in order and no `self` handler ended it.
    fn on_stop(&mut self, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }
}

/// An actor whose loop may go to another thread: all of it can be sent.
///
/// `#[actor]` implements it, unless it is told that the actor is `local`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no actor that may leave the thread it was made on",
    label = "cannot be started here",
    note = "if it is `#[actor(local)]`, start it with `spawn_thread(|| ..)`, `spawn_local(..)` or `pair(..)`, or take `local` out",
    note = "if it is no actor yet, put `#[actor]` on the `impl {Self}` with its handlers"
)]
pub trait Spawn: Actor {
    /// The loop: takes messages and runs their handlers until the actor ends.
    fn run(self, mailbox: Mailbox<Self>) -> impl Future<Output = Exit<Self>> + Send;
}

/// An actor that cannot fail to start, so that its handle can be given out before it has.
#[diagnostic::on_unimplemented(
    message = "this actor may fail to start with a `{Self}`, so its handle cannot be given out yet",
    label = "may fail to start",
    note = "use `start` in the place of `spawn`, and await the handle or the error: `start(actor).await?`",
    note = "in a scope that is `scope.start(actor).await?`, and on a thread of its own `Builder::new().start_thread(|| Ok(..)).await?`"
)]
pub trait CannotFail {}

#[diagnostic::do_not_recommend]
impl CannotFail for Infallible {}
