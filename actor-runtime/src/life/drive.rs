//! The traits behind [`Actor`]: what the loop needs besides the hooks.

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
        starting::CannotFail,
    },
};

/// The part of an actor that `#[actor]` generates besides [`Actor`].
///
/// Everything in it has a default: implement it with an empty body for an actor written by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the `impl {Self}` whose `pub` methods are to be its messages"
)]
pub trait Drive: Actor {
    /// Whether the actor lives on when its last handle is dropped.
    #[doc(hidden)]
    const KEEP_ALIVE: bool = false;

    /// Whether any handler's answer comes back. If not, no records of answers are kept.
    #[doc(hidden)]
    const TAKES_BACK: bool = false;

    /// The names of the `#[on]` handlers, in the order of their sources.
    #[doc(hidden)]
    const SOURCES: &'static [&'static str] = &[];

    /// Whether messages or events have priority.
    #[doc(hidden)]
    const FIRST: First = First::Neither;

    /// Runs the final handler of `message`, which takes the actor by value.
    #[doc(hidden)]
    fn finish(self, message: Self::Message, context: &Context<Self>) -> impl Future<Output = ()> {
        let _ = (message, context);
        async {}
    }

    /// Runs the method named by `undelivered = ..` for an answer that came back.
    #[doc(hidden)]
    fn take_back(&mut self, undelivered: Self::Undelivered, context: &Context<Self>) {
        let _ = context;
        drop(undelivered);
    }

    /// Polls the mailbox or, for an actor with sources, waits for the next message or event.
    ///
    /// Each type has only one of the two, so the future of an actor without sources has no space for
    /// that wait.
    #[doc(hidden)]
    fn next(life: &mut Loop<'_, Self>) -> impl Future<Output = PolledNext<Self::Message>> {
        life.poll_mailbox()
    }

    /// Waits for the next message or event, and runs the handler of an event.
    ///
    /// Never called without [`SOURCES`](Self::SOURCES).
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

/// An actor whose loop is `Send`, so that it can be spawned on a multi-threaded runtime.
///
/// `#[actor]` implements it, unless the actor is `#[actor(local)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor that can be spawned",
    label = "cannot be started here",
    note = "put `#[actor]` on the `impl {Self}` whose `pub` methods are to be its messages",
    note = "if it is `#[actor(local)]`, start it with `spawn_thread(|| ..)`, `spawn_local(..)` or `pair(..)`, or take `local` out"
)]
pub trait Spawn: Drive {
    /// Returns the loop, which handles messages until the actor ends.
    fn run(self, mailbox: Mailbox<Self>) -> impl SendLoop<Self>;
}

/// An actor that is spawned at once: its start cannot fail, so its handle is returned before it has started.
///
/// All such actors implement it. As one bound, it makes one error of a value that is no actor. Hidden, since rustdoc
/// would list it on the page of every actor.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor that can be spawned",
    label = "cannot be started here",
    note = "put `#[actor]` on the `impl {Self}` whose `pub` methods are to be its messages",
    note = "if it is `#[actor(local)]`, start it with `spawn_thread(|| ..)`, `spawn_local(..)` or `pair(..)`, or take `local` out"
)]
pub trait SpawnNow: Spawn<StartError: CannotFail> {}

impl<A: Spawn<StartError: CannotFail>> SpawnNow for A {}

/// An actor whose start cannot fail, on one thread. Like [`SpawnNow`].
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the `impl {Self}` whose `pub` methods are to be its messages"
)]
pub trait DriveNow: Drive<StartError: CannotFail> {}

impl<A: Drive<StartError: CannotFail>> DriveNow for A {}

/// The loop of an actor, on any thread: a future with its [`Exit`] that is [`Send`].
pub trait SendLoop<A: Actor>: Future<Output = Exit<A>> + SendUnlessLocal {}

impl<A: Actor, F: Future<Output = Exit<A>> + SendUnlessLocal> SendLoop<A> for F {}

/// An actor, or its loop, that is `Send`. For one that is not, rustc names the part that is not, and this trait, which
/// tells of `#[actor(local)]`.
pub trait SendUnlessLocal: Send {}

impl<T: Send + ?Sized> SendUnlessLocal for T {}
