//! The future of an actor, from its start to its end.
//!
//! The future names no executor. [`Run`] is its outside, which ends an actor that is aborted or
//! dropped; [`live`] is the life of an actor that is neither, and [`Loop`] what it does in between.
//!
//! However an actor ends, the order is the same:
//!
//! 1. the mailbox is sealed: no message is accepted, and every pending call completes with an error;
//! 2. the state is dropped or handed over;
//! 3. the end is reported.

#[cfg(debug_assertions)]
use std::pin::Pin;
use std::{convert::Infallible, future::Future, sync::Arc as StdArc};

use crate::{
    cancel_safe::Turns,
    catch::catch,
    debug::opaque_debug,
    error::Method,
    exit::{ExitReason, OnPanic},
    life::{
        abort::Run,
        actor::Actor,
        drive::Drive,
        drive::SendUnlessLocal,
        exit::Exit,
        message_loop::Loop,
        resident::{AtRest, Occupant, Resident, Resting, SeatAccess},
        restart::{
            factory::{Factory, SendFactory},
            lives::{Lives, new_context},
        },
    },
    mailbox::{Shared, drained::Drained},
    observe,
    slot::{message::Message, reply::Reply},
    sync::Arc,
    thread::{batch, current, home::Home},
};

/// What the loop needs besides the actor.
pub struct Mailbox<A: Actor> {
    pub(crate) shared: Arc<Shared<A::Message>>,
    pub(crate) on_panic: OnPanic,
    /// Whether the [`Exit`] contains the actor.
    pub(crate) keeps_actor: bool,
    /// Answered when the actor has started or failed to.
    pub(crate) started: Option<Reply<Result<(), A::StartError>>>,
    /// The runtime whose tasks run handlers inline, if any.
    pub(crate) home: Home,
    /// The maximum number of messages in a batch; 0 if batching is disabled.
    pub(crate) batch: usize,
    /// How the actor is restarted, if it is and its loop is `Send`.
    pub(crate) lives: Option<Box<Lives<SendFactory<A>>>>,
}

impl<A: Drive> Mailbox<A> {
    /// Returns the loop of `actor`: a future that completes when the actor has ended, and in which
    /// all of its handlers run.
    pub fn run(self, actor: A) -> impl Future<Output = Exit<A>> {
        self.run_with(actor, None)
    }

    /// Like [`run`](Self::run), for a `Send` actor.
    ///
    /// The bounds, here and on the next two, are not needed to call it: they report an actor that is not `Send` at the
    /// user's type, where the error of the future would be longer.
    #[doc(hidden)]
    pub fn send_loop(self, actor: A) -> UnsentLoop<impl Future<Output = Exit<A>>>
    where
        A: Drive<Message: Send, Undelivered: Send>,
        A: SendUnlessLocal, // or use `#[actor(local)]`, to keep the actor on one thread
    {
        UnsentLoop(self.run_with(actor, None))
    }

    /// Like [`send_loop`](Self::send_loop), for an actor whose `fn` handlers may run on the threads of its callers. It
    /// is wrapped while it is idle.
    #[doc(hidden)]
    pub fn inline_loop<R: AtRest<A>>(
        self,
        actor: A,
        wrap: fn(Resting<A>) -> R,
        unwrap: fn(R) -> Resting<A>,
    ) -> UnsentLoop<impl Future<Output = Exit<A>>>
    where
        A: Drive<Message: Message<AtRest = R> + Send, Undelivered: Send>,
        A: SendUnlessLocal, // or use `#[actor(local)]`, to keep the actor on one thread
    {
        UnsentLoop(self.run_inline(actor, move || SeatAccess::new(wrap, unwrap)))
    }

    /// Like [`inline_loop`](Self::inline_loop), for an actor whose type its handle does not name.
    #[doc(hidden)]
    pub fn inline_dyn_loop(self, actor: A) -> UnsentLoop<impl Future<Output = Exit<A>>>
    where
        A: Drive<Message: Message<AtRest = Box<dyn Occupant<A::Message>>> + Send>,
        A: SendUnlessLocal, // or use `#[actor(local)]`, to keep the actor on one thread
        A::Undelivered: Send,
    {
        UnsentLoop(self.run_inline(actor, SeatAccess::new_dyn))
    }

    /// Like [`run`](Self::run), for an actor that is restarted and stays where it was made.
    pub(crate) fn run_restarted<F: Factory<A>>(
        self,
        actor: A,
        lives: Lives<F>,
    ) -> impl Future<Output = Exit<A>> {
        self.shared.allow_restarts();
        self.run_lives(actor, None, Some(Box::new(lives)))
    }

    /// Restarts the actor.
    pub(crate) fn restart(&mut self, lives: Lives<SendFactory<A>>) {
        self.shared.allow_restarts();
        self.lives = Some(Box::new(lives));
    }

    /// Like [`run`](Self::run), but lets tasks of the same runtime run `fn` handlers while the loop waits.
    ///
    /// An actor with `#[on_idle]` or `#[on]` never waits in its seat, since either may need the
    /// actor in its loop.
    fn run_inline(
        self,
        actor: A,
        seat_access: impl FnOnce() -> SeatAccess<A>,
    ) -> impl Future<Output = Exit<A>> {
        if A::HAS_ON_IDLE || !A::SOURCES.is_empty() || self.home == Home::UNKNOWN {
            return self.run_with(actor, None);
        }
        self.shared.seat.open(self.home);
        self.run_with(actor, Some(seat_access()))
    }

    fn run_with(
        mut self,
        actor: A,
        seat_access: Option<SeatAccess<A>>,
    ) -> impl Future<Output = Exit<A>> {
        let lives = self.lives.take();
        self.run_lives(actor, seat_access, lives)
    }

    fn run_lives<F: Factory<A>>(
        self,
        actor: A,
        seat_access: Option<SeatAccess<A>>,
        lives: Option<Box<Lives<F>>>,
    ) -> impl Future<Output = Exit<A>> {
        let Self { shared, on_panic, keeps_actor, started, home: _, batch, lives: _ } = self;
        let context = new_context::<A>(&shared);
        // Boxed before it is moved into the future, which would reserve space for it twice.
        let actor = Box::new(Resident { actor, context, on_panic, seat_access });
        let life = live(shared.clone(), actor, keeps_actor, started, batch, lives);
        let life = observe::life(A::Message::ACTOR, shared.name.as_deref(), life);
        // On the heap: it has several times the size of the largest message, and a future is moved a few times on
        // its way to an executor.
        Box::pin(Run::new(shared, life))
    }
}

/// A loop that may not be `Send`.
#[doc(hidden)]
pub struct UnsentLoop<F>(F);

impl<F> UnsentLoop<F> {
    /// Returns the loop, which has to be `Send`: rustc shows the line with the bound.
    pub fn send_unless_local(self) -> F
    where
        F: Send, // or use `#[actor(local)]`, to keep the actor on one thread
    {
        self.0
    }
}

opaque_debug!([F] UnsentLoop<F>, "UnsentLoop");
opaque_debug!([A: Actor] Mailbox<A>, "Mailbox", actor = A::Message::ACTOR);

/// All lives of an actor that is neither aborted nor dropped.
#[expect(clippy::manual_async_fn, reason = "an `async fn` keeps its arguments twice")]
fn live<A: Drive, F: Factory<A>>(
    shared: Arc<Shared<A::Message>>,
    mut actor: Box<Resident<A>>,
    keeps_actor: bool,
    mut started: Option<Reply<Result<(), A::StartError>>>,
    batch: usize,
    mut lives: Option<Box<Lives<F>>>,
) -> impl Future<Output = Exit<A>> {
    async move {
        shared.runtime.note();
        loop {
            let span = observe::LifeSpan::new(lives.as_ref().map(|lives| lives.number()));
            let mut life = Loop {
                shared: &shared,
                source: shared.clone(),
                on_panic: actor.on_panic,
                actor: Some(actor),
                was_idle: true,
                budget_used: 0,
                batch,
                turns: Turns::default(),
                drained: Drained::new(),
                visits: 0,
                waits_unvisited: 0,
            };

            // A block, since a `match` would keep the result of the start.
            let (mut reason, mut start_error) = 'life: {
                if let Err(failed) = span.of(life.start()).await {
                    break 'life failed;
                }
                if let Some(started) = started.take() {
                    started.send(Ok(()));
                }
                if let Some(lives) = &mut lives {
                    lives.started(&shared);
                }
                let Err(reason) = span.of(messages(&mut life)).await;
                life.put_back();
                (reason, None)
            };
            if let Some(lives) = &mut lives {
                match F::next_life(lives, &mut life, reason).await {
                    Ok(next) => {
                        actor = next;
                        continue;
                    }
                    Err(over) => {
                        reason = over.reason;
                        start_error = over.error.or(start_error);
                    }
                }
            }
            shared.seal();
            batch::end();
            let reason = life.stop(reason).await;
            batch::end();
            life.stop_children().await;
            let actor = life.actor.take();
            let (actor, reason) = drop_state(actor, reason, keeps_actor);
            shared.end(reason.clone());
            report_failed_start(started, &mut start_error, &reason);
            return Exit { reason, actor, start_error };
        }
    }
}

/// The future of the loop, which has several times the size of the largest message. Without optimizations it would
/// be copied several times on its way to the heap, each time through the stack.
#[cfg(debug_assertions)]
#[inline(never)]
fn messages<A: Drive>(
    life: &mut Loop<'_, A>,
) -> Pin<Box<impl Future<Output = Result<Infallible, ExitReason>>>> {
    Box::pin(life.handle_messages())
}

#[cfg(not(debug_assertions))]
#[inline(always)]
fn messages<A: Drive>(
    life: &mut Loop<'_, A>,
) -> impl Future<Output = Result<Infallible, ExitReason>> {
    life.handle_messages()
}

/// Passes a failure to start on to [`start`](crate::start()). Called last, when nothing is left of the actor.
fn report_failed_start<E>(
    started: Option<Reply<Result<(), E>>>,
    error: &mut Option<E>,
    reason: &ExitReason,
) {
    let Some(started) = started else {
        return;
    };
    match (error.take(), reason) {
        (Some(error), _) => started.send(Err(error)),
        (None, ExitReason::Panicked { message, .. }) => started.panicked(message.clone()),
        (None, _) => drop(started),
    }
}

/// Drops the state, unless `keeps` and it is whole.
pub(super) fn drop_state<A: Actor>(
    actor: Option<Box<Resident<A>>>,
    reason: ExitReason,
    keeps: bool,
) -> (Option<A>, ExitReason) {
    let is_whole = reason.is_orderly() || reason == ExitReason::StartFailed;
    if keeps && is_whole {
        return (actor.map(|resident| resident.actor), reason);
    }
    let ending = current::ending();
    let dropped = catch(|| drop(actor));
    drop(ending);
    match dropped {
        Ok(()) => (None, reason),
        Err(message) => (None, panic_reason::<A>("drop", message)),
    }
}

pub(super) fn panic_reason<A: Actor>(method: &'static str, message: StdArc<str>) -> ExitReason {
    ExitReason::Panicked { method: Method::new(A::Message::ACTOR, method), message }
}
