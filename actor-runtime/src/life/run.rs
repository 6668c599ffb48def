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

use std::{future::Future, sync::Arc as StdArc};

use crate::{
    cancel_safe::Turns,
    catch::catch,
    debug::opaque_debug,
    error::Method,
    exit::{ExitReason, OnPanic},
    handle::weak::WeakHandle,
    life::{
        abort::{Run, interruptible},
        actor::Actor,
        context::Context,
        drive::Drive,
        exit::Exit,
        message_loop::Loop,
        resident::{Resident, SeatAccess},
    },
    mailbox::Shared,
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
}

impl<A: Drive> Mailbox<A> {
    /// Returns the loop of `actor`: a future that completes when the actor has ended, and in which
    /// all of its handlers run.
    pub fn run(self, actor: A) -> impl Future<Output = Exit<A>> {
        self.run_with(actor, None)
    }

    /// Like [`run`](Self::run), but lets tasks of the same runtime run `fn` handlers while the loop waits.
    ///
    /// An actor with `#[on_idle]` or `#[on]` never waits in its seat, since either may need the
    /// actor in its loop.
    pub(crate) fn run_inline(
        self,
        actor: A,
        seat_access: fn() -> SeatAccess<A>,
    ) -> impl Future<Output = Exit<A>> {
        if A::HAS_ON_IDLE || !A::SOURCES.is_empty() || self.home == Home::UNKNOWN {
            return self.run_with(actor, None);
        }
        self.shared.seat.open(self.home);
        self.run_with(actor, Some(seat_access()))
    }

    fn run_with(
        self,
        actor: A,
        seat_access: Option<SeatAccess<A>>,
    ) -> impl Future<Output = Exit<A>> {
        let Self { shared, on_panic, keeps_actor, started, home: _, batch } = self;
        let context = Arc::new(Context::new(WeakHandle(shared.clone()), A::TAKES_BACK));
        // Boxed before it is moved into the future, which would reserve space for it twice.
        let actor = Box::new(Resident { actor, context, on_panic, seat_access });
        let life = live(shared.clone(), actor, keeps_actor, started, batch);
        let life = observe::life(A::Message::ACTOR, shared.name.as_deref(), life);
        Run::new(shared, life)
    }
}

opaque_debug!([A: Actor] Mailbox<A>, "Mailbox", actor = A::Message::ACTOR);

/// The whole life of an actor that is neither aborted nor dropped.
async fn live<A: Drive>(
    shared: Arc<Shared<A::Message>>,
    actor: Box<Resident<A>>,
    keeps_actor: bool,
    mut started: Option<Reply<Result<(), A::StartError>>>,
    batch: usize,
) -> Exit<A> {
    shared.runtime.note();
    let context = actor.context.clone();
    let mut life = Loop {
        shared: &shared,
        source: shared.clone(),
        context: &context,
        on_panic: actor.on_panic,
        actor: Some(actor),
        was_idle: true,
        budget_used: 0,
        batch,
        turns: Turns::default(),
    };

    let (reason, mut start_error) = match life.start().await {
        Ok(()) => {
            if let Some(started) = started.take() {
                started.send(Ok(()));
            }
            let Err(reason) = life.handle_messages().await;
            (reason, None)
        }
        Err((reason, error)) => (reason, error),
    };
    shared.seal();
    batch::end();
    let reason = life.stop(reason).await;
    batch::end();
    let actor = life.actor.take();
    interruptible(&shared, context.stop_children()).await;
    let (actor, reason) = drop_state(actor, reason, keeps_actor);
    shared.end(reason.clone());
    // A failure to start is reported last, when nothing is left of the actor.
    if let Some(started) = started {
        match (start_error.take(), &reason) {
            (Some(error), _) => started.send(Err(error)),
            (None, ExitReason::Panicked { message, .. }) => started.panicked(message.clone()),
            (None, _) => drop(started),
        }
    }
    Exit { reason, actor, start_error }
}

/// Drops the state, unless `keeps` and it is whole.
fn drop_state<A: Actor>(
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
