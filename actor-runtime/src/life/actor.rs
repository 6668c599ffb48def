//! The [`Actor`] trait: the types and the hooks of an actor.

use std::future::Future;

use crate::{
    handle::ActorHandle,
    life::context::Context,
    mailbox::capacity::Capacity,
    slot::{caller::Caller, message::Message},
};

/// A type whose `pub` methods are messages. `#[actor]` implements it.
///
/// The hooks default to doing nothing. To write an implementation by hand, see
/// [`by_hand`](crate::by_hand).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the `impl {Self}` whose `pub` methods are to be its messages"
)]
pub trait Actor: Sized + 'static {
    /// The message enum: one variant per handler.
    type Message: Message;
    /// The handle: one method per handler.
    type Handle: ActorHandle<Message = Self::Message>;
    /// The error of [`on_start`](Self::on_start), or [`Infallible`](std::convert::Infallible).
    type StartError: 'static;
    /// The answers that come back if they are not read, one variant per handler marked
    /// `#[cancel_safe(undelivered = ..)]`, or [`Infallible`](std::convert::Infallible).
    type Undelivered: 'static;
    /// The capacity of the mailbox.
    const MAILBOX: Capacity = Capacity::DEFAULT;

    /// Whether [`on_idle`](Self::on_idle) is implemented. If not, it is never run.
    #[doc(hidden)]
    const HAS_ON_IDLE: bool = true;

    /// Runs before the first message is handled.
    ///
    /// [`start`](crate::start()) returns the handle after it has succeeded; if it fails, the actor
    /// ends with [`ExitReason::StartFailed`](crate::ExitReason::StartFailed).
    fn on_start(
        &mut self,
        context: &Context<Self>,
    ) -> impl Future<Output = Result<(), Self::StartError>> {
        let _ = context;
        async { Ok(()) }
    }

    /// Runs the `fn` handler of `message` in the loop.
    #[doc(hidden)]
    #[inline]
    fn run_now(&mut self, message: Self::Message, context: &Context<Self>) {
        self.dispatch_to(message, context, Caller::remote());
    }

    /// Runs the `fn` handler of `message`, in the loop or on the thread of its caller, for an actor whose type
    /// its handle does not know.
    #[doc(hidden)]
    fn dispatch_to(&mut self, message: Self::Message, context: &Context<Self>, caller: Caller<'_>) {
        let _ = (message, context, caller);
    }

    /// Runs the handler of `message`.
    fn dispatch(
        &mut self,
        message: Self::Message,
        context: &Context<Self>,
    ) -> impl Future<Output = ()> {
        let _ = (message, context);
        async {}
    }

    /// Runs when the mailbox has become empty after messages were handled, before a lease begins, and
    /// after every 128 messages if the mailbox never becomes empty.
    fn on_idle(&mut self, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }

    /// Runs when a lease has ended, before the next message is handled.
    fn on_release(&mut self, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }

    /// Runs after the last message, if the actor [ends in order](crate::ExitReason::is_orderly) and no
    /// handler that takes `self` has ended it.
    fn on_stop(&mut self, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }
}
