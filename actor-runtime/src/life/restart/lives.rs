//! The way from one life of an actor to the next.
//!
//! 1. The lease that is served ends, and the children are shut down.
//! 2. The state is dropped. Every call that it still owed an answer fails.
//! 3. The backoff elapses, unless the mailbox closes.
//! 4. The factory makes the next state. If it fails, this is repeated from the third step.
//!
//! An abort ends the actor in any of these steps, since [`Run`](crate::life::abort::Run) polls them.

use std::{
    future::poll_fn,
    sync::{
        Arc as StdArc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use crate::{
    catch::{catch, caught},
    exit::{ExitReason, OnPanic},
    handle::weak::WeakHandle,
    life::{
        abort::interruptible,
        actor::Actor,
        context::Context,
        drive::Drive,
        hooks::hook_panicked,
        message_loop::{Loop, yield_now},
        resident::{Resident, SeatAccess},
        restart::{Life, Restarts, factory::Factory, schedule::Schedule},
        run::drop_state,
    },
    mailbox::Shared,
    observe,
    slot::message::Message,
    sync::{Arc, bug},
    thread::{batch, current, delay::Delay},
};

/// The lives of an actor that is restarted.
pub(crate) struct Lives<F> {
    pub(super) factory: F,
    course: Course,
}

/// How many lives there were, and whether another one may follow.
struct Course {
    schedule: Schedule,
    number: u64,
    /// Whether an attempt to start has succeeded. If the first has not, there is no restart.
    has_started: bool,
    is_last_attempt: StdArc<AtomicBool>,
}

/// An actor in its next life, or why there is none.
pub(crate) type Next<A> = Result<Box<Resident<A>>, Over<A>>;

/// Why there is no further life.
pub(crate) struct Over<A: Actor> {
    pub(crate) reason: ExitReason,
    /// The error of the factory, if it returned one.
    pub(crate) error: Option<A::StartError>,
}

/// What stays the same in all lives of an actor, besides its mailbox.
struct Kept<A: Actor> {
    on_panic: OnPanic,
    seat_access: Option<SeatAccess<A>>,
}

impl Course {
    /// Whether a life that ended for `reason` may be followed by another one, apart from how many there were.
    fn may_go_on(&self, reason: &ExitReason) -> bool {
        let has_failed = matches!(reason, ExitReason::Panicked { .. } | ExitReason::StartFailed);
        has_failed && self.has_started && !self.is_last_attempt.load(Ordering::Relaxed)
    }

    /// Records that the factory is called again, because a life has ended for `reason`.
    fn begin(&mut self, actor: &'static str, reason: &ExitReason, wait: Duration) {
        self.number += 1;
        self.schedule.begin();
        observe::restarted(actor, self.number, reason, wait);
    }
}

impl<F> Lives<F> {
    pub(crate) fn new(restarts: Restarts, factory: F) -> Self {
        let course = Course {
            schedule: Schedule::new(restarts),
            number: 0,
            has_started: false,
            is_last_attempt: StdArc::default(),
        };
        Self { factory, course }
    }

    /// Returns the number of the current life.
    pub(crate) fn number(&self) -> u64 {
        self.course.number
    }

    /// Records that the current life has started.
    pub(crate) fn started<M: Message>(&mut self, shared: &Shared<M>) {
        self.course.has_started = true;
        self.course.is_last_attempt = StdArc::default();
        if self.course.number > 0 {
            shared.life_started();
        }
    }

    /// Returns how long to wait before a life that follows one which ended for `reason`, or `None` if none
    /// may follow.
    fn next<M: Message>(&mut self, shared: &Shared<M>, reason: &ExitReason) -> Option<Duration> {
        if !self.course.may_go_on(reason) || !shared.end_life(reason) {
            return None;
        }
        self.course.schedule.next()
    }

    /// Returns the actor in its next life, after `life` has ended for `reason`. Nothing has been done with
    /// `life` if no other one may follow.
    ///
    /// # Errors
    ///
    /// The reason why the actor has to end.
    pub(super) async fn next_life<A: Drive>(
        &mut self,
        life: &mut Loop<'_, A>,
        reason: ExitReason,
    ) -> Next<A>
    where
        F: Factory<A>,
    {
        let shared = life.shared;
        let Some(wait) = self.next(shared, &reason) else {
            return Err(Over { reason, error: None });
        };
        batch::end();
        current::handler_over(shared.id());
        let (kept, reason) = leave(life, reason).await;
        let actor = self.make(shared, reason, wait).await?;
        let context = new_context::<A>(shared);
        let Kept { on_panic, seat_access } = kept;
        Ok(Box::new(Resident { actor, context, on_panic, seat_access }))
    }

    /// Calls the factory, as often as it takes and is allowed.
    async fn make<A: Drive>(
        &mut self,
        shared: &Arc<Shared<A::Message>>,
        mut reason: ExitReason,
        mut wait: Duration,
    ) -> Result<A, Over<A>>
    where
        F: Factory<A>,
    {
        loop {
            back_off(shared, wait).await;
            if let Some(reason) = shared.end_between_lives() {
                return Err(Over { reason, error: None });
            }
            shared.begin_life(&reason);
            self.course.begin(A::Message::ACTOR, &reason, wait);
            let life = Life::new(WeakHandle(shared.clone()), self.course.number, Some(reason));
            self.course.is_last_attempt = life.is_last_attempt();
            let failed = match self.attempt(shared, life).await {
                Ok(actor) => return Ok(actor),
                Err(failed) => failed,
            };
            reason = failed.reason.clone();
            match self.next(shared, &reason) {
                Some(next) => wait = next,
                None => return Err(failed),
            }
        }
    }

    /// Calls the factory once.
    async fn attempt<A: Drive>(
        &mut self,
        shared: &Shared<A::Message>,
        life: Life<A::Handle>,
    ) -> Result<A, Over<A>>
    where
        F: Factory<A>,
    {
        let made = match catch(|| self.factory.make(life)) {
            Ok(making) => interruptible(shared, caught(making)).await,
            Err(message) => Err(message),
        };
        current::handler_over(shared.id());
        match made {
            Ok(Ok(actor)) => Ok(actor),
            Ok(Err(error)) => Err(Over { reason: ExitReason::StartFailed, error: Some(error) }),
            Err(message) => Err(Over { reason: hook_panicked::<A>("make", message), error: None }),
        }
    }
}

pub(crate) fn new_context<A: Drive>(shared: &Arc<Shared<A::Message>>) -> Context<A> {
    Context::new(WeakHandle(shared.clone()), A::TAKES_BACK)
}

/// Leaves what a panic may have broken, and returns what is kept, with the reason for the next life.
async fn leave<A: Drive>(life: &mut Loop<'_, A>, reason: ExitReason) -> (Kept<A>, ExitReason) {
    life.leave_lease(&reason);
    let on_panic = life.on_panic;
    life.stop_children().await;
    let mut actor = life.actor.take();
    let seat_access = actor.as_mut().and_then(|actor| actor.seat_access.take());
    if bug("the old state outlives its life") {
        std::mem::forget(actor.take());
    }
    let (_, reason) = drop_state(actor, reason, false);
    (Kept { on_panic, seat_access }, reason)
}

/// Waits for `duration`, or until the mailbox closes.
async fn back_off<M: Message>(shared: &Arc<Shared<M>>, duration: Duration) {
    // In any case, so that other tasks run and an abort is noticed, however often an actor fails.
    yield_now().await;
    if duration.is_zero() {
        return;
    }
    let mut delay = Delay::new(duration);
    poll_fn(|cx| {
        if shared.poll_closing(cx).is_ready() {
            return Poll::Ready(());
        }
        delay.poll(cx)
    })
    .await;
}
