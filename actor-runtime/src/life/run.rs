//! The loop: takes messages from the mailbox and runs their handlers, until the actor ends.
//!
//! It is a plain future that names no executor. [`Run`] is that future from the outside: it knows
//! how to end early. [`Loop`] is its inside: the life of an actor that is left alone, in the order
//! it is lived.
//!
//! Whatever the road, the end is the same three steps: no message is accepted any more and every
//! caller is told; the state is dropped or handed over; the end is reported.

use std::{
    future::{Future, poll_fn},
    mem,
    pin::pin,
    sync::Arc as StdArc,
    task::{Context as TaskContext, Poll, ready},
};

use super::back;
use crate::{
    cancel_safe::Turns,
    catch::{catch, caught, drop_caught},
    debug::opaque_debug,
    error::{Failure, Method},
    exit::{ExitReason, OnPanic},
    handle::weak::WeakHandle,
    life::{
        abort::{Run, interruptible},
        actor::Actor,
        back::Taken,
        context::Context,
        drive::Drive,
        exit::Exit,
        resident::{Left, Resident, Sitting},
    },
    mailbox::{Entry, Next, Shared},
    observe::{self, Trace},
    slot::{
        caller::Caller,
        message::{Message, private::Link},
        reply::Reply,
    },
    sync::{Arc, bug},
    thread::{batch, current, home::Home, ring},
};

/// After so many messages in one poll, the loop lets other tasks run. It is what tokio gives a task
/// to do in one poll, and more than most mailboxes hold: a task that yields is moved to another
/// worker more often than one that waits, and then both work on the mailbox at once.
pub(crate) const MESSAGES_PER_POLL: usize = 128;

/// What the loop needs besides the actor.
pub struct Mailbox<A: Actor> {
    pub(crate) shared: Arc<Shared<A::Message>>,
    pub(crate) on_panic: OnPanic,
    /// Whether the state is handed over at the end.
    pub(crate) keeps_actor: bool,
    /// Told when the actor has started, or failed to.
    pub(crate) started: Option<Reply<Result<(), A::StartError>>>,
    /// The runtime the loop will be a task of, if it is known.
    pub(crate) home: Option<Home>,
    /// The most messages of a batch. 0 if there are none.
    pub(crate) batch: usize,
}

impl<A: Drive> Mailbox<A> {
    /// The loop of `actor`: a future that ends when the actor does. All handlers run in it.
    pub fn run(self, actor: A) -> impl Future<Output = Exit<A>> {
        self.run_with(actor, None)
    }

    /// As [`run`](Self::run), but callers may run handlers while the loop has nothing to do. How the actor
    /// is left to them is said by `sitting`, for its runtime.
    pub(crate) fn run_inline(
        mut self,
        actor: A,
        sitting: fn(Home) -> Sitting<A>,
    ) -> impl Future<Output = Exit<A>> {
        if A::HAS_ON_IDLE || !A::SOURCES.is_empty() {
            return self.run_with(actor, None);
        }
        self.shared.seat.open();
        let home = self.home.take().unwrap_or(Home::unknown());
        self.run_with(actor, Some(sitting(home)))
    }

    pub(super) fn run_with(
        self,
        actor: A,
        sitting: Option<Sitting<A>>,
    ) -> impl Future<Output = Exit<A>> {
        let Self { shared, on_panic, keeps_actor, started, home: _, batch } = self;
        let context = Arc::new(Context::new(WeakHandle(shared.clone()), A::TAKES_BACK));
        // Boxed before it is moved into the future, which would have room for it twice.
        let actor = Box::new(Resident { actor, context, on_panic, sitting });
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
    let context = actor.context.clone();
    let mut life = Loop {
        shared: &shared,
        source: shared.clone(),
        context: &context,
        on_panic: actor.on_panic,
        actor: Some(actor),
        was_idle: true,
        since_yield: 0,
        batch,
        turns: Turns::default(),
    };

    let (reason, mut start_error) = match life.start().await {
        Ok(()) => {
            if let Some(started) = started.take() {
                started.send(Ok(()));
            }
            (life.handle_messages().await, None)
        }
        Err((reason, error)) => (reason, error),
    };
    shared.seal();
    batch::end();
    let reason = life.stop(reason).await;
    batch::end();
    let actor = life.actor.take();
    interruptible(&shared, context.stop_children()).await;
    let (actor, reason) = let_go(actor, reason, keeps_actor);
    shared.end(reason.clone());
    // Whoever starts an actor that cannot start learns of it when nothing is left of it.
    if let Some(started) = started {
        match (start_error.take(), &reason) {
            (Some(error), _) => started.send(Err(error)),
            (None, ExitReason::Panicked { message, .. }) => started.panicked(message.clone()),
            (None, _) => drop(started),
        }
    }
    Exit { reason, actor, start_error }
}

/// Drops the state, unless it is to be handed over.
fn let_go<A: Actor>(
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
        Err(message) => (None, panicked::<A>("drop", message)),
    }
}

pub(super) fn panicked<A: Actor>(method: &'static str, message: StdArc<str>) -> ExitReason {
    ExitReason::Panicked { method: Method::new(A::Message::ACTOR, method), message }
}

/// How `#[on_idle]` went.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hook {
    /// Within one poll of the loop, or there was nothing to run.
    Ran,
    /// Over several polls.
    Waited,
}

/// What the loop has found to do, if there is anything.
pub struct Found<M: Message>(pub(super) Poll<Next<M>>);

opaque_debug!([M: Message] Found<M>, "Found");

/// An actor that lives.
pub struct Loop<'a, A: Actor> {
    pub(super) shared: &'a Arc<Shared<A::Message>>,
    /// The mailbox that messages are taken from: the actor's, or that of a lease.
    pub(super) source: Arc<Shared<A::Message>>,
    pub(super) context: &'a Context<A>,
    pub(super) on_panic: OnPanic,
    /// Gone once a final handler has taken it, and while it is in its seat.
    pub(super) actor: Option<Box<Resident<A>>>,
    /// Whether `#[on_idle]` has run since the last message, or there was none.
    pub(super) was_idle: bool,
    /// Messages and events since the loop last let other tasks run.
    pub(super) since_yield: usize,
    /// The most messages of a batch, or 0 if there are none.
    pub(super) batch: usize,
    /// Whose turn it is, if there are sources of events.
    pub(super) turns: Turns,
}

opaque_debug!([A: Actor] Loop<'_, A>, "Loop", actor = A::Message::ACTOR);

impl<A: Drive> Loop<'_, A> {
    /// Whether the loop waits as soon as there is no message: nothing else is to be done first.
    pub(super) const WAITS_NEXT: bool = A::SOURCES.is_empty() && !A::HAS_ON_IDLE && !A::TAKES_BACK;

    /// Handles what can be handled at once and looks for the next thing to do, for [`Actor::next`].
    #[inline]
    pub fn look(&mut self) -> impl Future<Output = Found<A::Message>> {
        poll_fn(|cx| Poll::Ready(Found(self.handle_now(cx))))
    }

    /// Runs `#[on_start]`.
    pub(super) async fn start(&mut self) -> Result<(), (ExitReason, Option<A::StartError>)> {
        let Some(actor) = &mut self.actor else {
            return Ok(());
        };
        match interruptible(self.shared, caught(actor.on_start(self.context))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err((ExitReason::StartFailed, Some(error))),
            Err(message) => {
                current::answer_lost_in_panic(&message, None, &Failure::Stopped);
                Err((panicked::<A>("on_start", message), None))
            }
        }
    }

    /// Handles messages until there are no more.
    pub(super) async fn handle_messages(&mut self) -> ExitReason {
        self.begin_turn();
        loop {
            ring::over(self.shared.id());
            if self.since_yield >= MESSAGES_PER_POLL {
                // Who waits for `#[on_idle]` does not wait for others to stop sending.
                if let Err(reason) = self.take_back() {
                    return reason;
                }
                if let Err(reason) = self.idle().await {
                    return reason;
                }
                yield_now().await;
                self.begin_turn();
            }
            let Found(Poll::Ready(next)) = A::next(self).await else {
                match self.take_back() {
                    Ok(Taken::Some) => continue,
                    Ok(Taken::None) => {}
                    Err(reason) => return reason,
                }
                let hook = if A::HAS_ON_IDLE { self.idle().await } else { Ok(Hook::Ran) };
                match hook {
                    // Whatever came since the look wakes this task, which was not polled again in
                    // between. So there is no need for another look before the wait.
                    Ok(Hook::Ran) => {
                        if let Some(reason) = self.rest().await {
                            return reason;
                        }
                        self.begin_turn();
                    }
                    Ok(Hook::Waited) if bug("a wake-up that is spent is waited for") => {
                        pause().await;
                    }
                    // That wake-up may be spent.
                    Ok(Hook::Waited) => self.begin_turn(),
                    Err(reason) => return reason,
                }
                continue;
            };
            self.since_yield += 1;
            match next {
                Next::Message(Entry { message, trace }) => {
                    let Facts { method, is_async, is_final, address, link } = Facts::of(&message);
                    if is_final {
                        return self.finish(method, address, message, trace).await;
                    }
                    // Without sources, the look has handled it.
                    if !is_async && !A::SOURCES.is_empty() {
                        match self.answer(message, &trace) {
                            Some(reason) => return reason,
                            None => continue,
                        }
                    }
                    self.was_idle = false;
                    self.note_left();
                    if let Err(reason) = self.take_back() {
                        message.envelope().stopped();
                        return reason;
                    }
                    let Some(actor) = &mut self.actor else {
                        unreachable!("only a final handler takes the actor");
                    };
                    let outcome = {
                        // Pinned where it is made: what waits on the stack for the longest
                        // handler's sake is not moved for each message.
                        let handler = pin!(actor.dispatch(message, self.context));
                        let handler = interruptible(self.shared, caught(handler));
                        observe::handling(trace, A::Message::ACTOR, method, handler).await
                    };
                    if let Some(link) = link {
                        link.0.cut();
                    }
                    if let Err(message) = outcome
                        && let Some(reason) = self.handler_panicked(method, address, message)
                    {
                        return reason;
                    }
                }
                Next::Abandoned(entry) => {
                    observe::skipped(A::Message::ACTOR, entry.message.envelope().method());
                    drop_caught(entry);
                }
                Next::Lease(lease) => {
                    if let Err(reason) = self.begin_lease(lease).await {
                        return reason;
                    }
                    self.begin_turn();
                }
                Next::Event => {}
                Next::Panicked(reason) => return *reason,
                Next::Closed(_) if self.is_leased() => {
                    if let Err(reason) = self.end_lease().await {
                        return reason;
                    }
                    self.begin_turn();
                }
                Next::Closed(reason) => {
                    if let Err(reason) = self.reclaim().await {
                        return reason;
                    }
                    return self.idle().await.err().unwrap_or(*reason);
                }
            }
        }
    }

    /// Runs the handlers of messages as long as each is a `fn`, and gives what is to be done then.
    ///
    /// All of such a message's way is in this one function, which is no future: what a future keeps
    /// from one poll to the next is stored and loaded for each message.
    pub(super) fn handle_now(&mut self, cx: &mut TaskContext<'_>) -> Poll<Next<A::Message>> {
        while self.since_yield < MESSAGES_PER_POLL {
            let Entry { message, trace } = match back::look(&self.source, self.context, cx) {
                Poll::Ready(Next::Message(entry)) if entry.message.envelope().is_now() => entry,
                next => return next,
            };
            self.since_yield += 1;
            if let Some(reason) = self.answer(message, &trace) {
                return Poll::Ready(Next::Panicked(Box::new(reason)));
            }
            ring::over(self.shared.id());
            if Self::WAITS_NEXT && self.source.has_parked() {
                return Poll::Pending;
            }
        }
        // Others are to run first.
        Poll::Ready(Next::Event)
    }

    /// Runs the handler of a `fn`. Gives the reason to end, if there is one.
    #[inline]
    pub(super) fn answer(&mut self, message: A::Message, trace: &Trace) -> Option<ExitReason> {
        self.was_idle = false;
        self.note_left();
        let Facts { method, address, link, .. } = Facts::of(&message);
        if let Err(reason) = self.take_back() {
            message.envelope().stopped();
            return Some(reason);
        }
        let Some(actor) = &mut self.actor else {
            unreachable!("only a final handler takes the actor");
        };
        let outcome = observe::handling_now(trace, A::Message::ACTOR, method, || {
            catch(|| actor.dispatch_now(message, self.context, Caller::elsewhere()))
        });
        if let Some(link) = link {
            link.0.cut();
        }
        self.handler_panicked(method, address, outcome.err()?)
    }

    /// Begins to count what is handled before the loop lets others run: as much as it may be, or a
    /// batch, which is what waits right now.
    pub(super) fn begin_turn(&mut self) {
        self.since_yield = 0;
        if self.batch > 0 {
            batch::next(0);
            self.since_yield = MESSAGES_PER_POLL - self.source.len().clamp(1, self.batch);
        }
    }

    /// Notes how many messages of the batch come after the one whose handler is to run.
    #[inline]
    pub(super) fn note_left(&self) {
        if self.batch > 0 {
            batch::next(MESSAGES_PER_POLL.saturating_sub(self.since_yield));
        }
    }

    /// Waits for whatever wakes the loop. Until then callers find the actor in its seat, and may
    /// have given it a reason to end.
    pub(super) fn rest(&mut self) -> impl Future<Output = Option<ExitReason>> {
        let mut is_resting = false;
        let mut left = None;
        poll_fn(move |cx| {
            if !mem::replace(&mut is_resting, true) {
                if !self.is_leased() {
                    left = self.leave();
                }
                return Poll::Pending;
            }
            let Some(left) = &left else {
                return Poll::Ready(None);
            };
            let (actor, broken) = ready!(left.poll_back(self.shared, cx));
            self.actor = actor;
            Poll::Ready(broken)
        })
    }

    /// Leaves the actor to its callers, if it is for them.
    pub(super) fn leave(&mut self) -> Option<Left<A>> {
        match self.actor.take()?.leave(self.shared) {
            Ok(left) => Some(left),
            Err(actor) => {
                self.actor = Some(actor);
                None
            }
        }
    }

    /// Tells of a handler's panic. Gives the reason to end, if it is one.
    pub(super) fn handler_panicked(
        &self,
        method: &'static str,
        address: Option<usize>,
        message: StdArc<str>,
    ) -> Option<ExitReason> {
        current::answer_lost_in_panic(&message, address, &self.on_panic.of_others());
        self.shared.panicked(method, &message);
        match self.on_panic {
            OnPanic::Continue => None,
            OnPanic::End => Some(panicked::<A>(method, message)),
        }
    }

    /// Runs a handler that takes the actor. Whatever else is queued is refused.
    pub(super) async fn finish(
        &mut self,
        method: &'static str,
        address: Option<usize>,
        message: A::Message,
        trace: Trace,
    ) -> ExitReason {
        self.shared.seal();
        batch::end();
        let finished = ExitReason::Finished(Method::new(A::Message::ACTOR, method));
        if let Err(reason) = self.reclaim().await {
            message.envelope().stopped();
            return reason;
        }
        let Some(actor) = self.actor.take() else {
            return finished;
        };
        let handler = interruptible(self.shared, caught(actor.actor.finish(message, self.context)));
        let mut handler = pin!(observe::handling(trace, A::Message::ACTOR, method, handler));
        let finishing = poll_fn(|cx| {
            current::finishing(self.shared.id(), address);
            handler.as_mut().poll(cx)
        });
        match finishing.await {
            Ok(()) => finished,
            Err(message) => {
                current::answer_lost_in_panic(&message, address, &Failure::Stopped);
                self.shared.panicked(method, &message);
                panicked::<A>(method, message)
            }
        }
    }

    /// Runs `#[on_idle]`, if a message was handled since it last ran.
    pub(super) async fn idle(&mut self) -> Result<Hook, ExitReason> {
        if !A::HAS_ON_IDLE {
            return Ok(Hook::Ran);
        }
        unless_aborted(self.shared).await;
        let Some(actor) = self.actor.as_mut().filter(|_| !self.was_idle) else {
            return Ok(Hook::Ran);
        };
        self.was_idle = true;
        let mut hook = Hook::Ran;
        let mut idle = pin!(interruptible(self.shared, caught(actor.on_idle(self.context))));
        let outcome = poll_fn(|cx| {
            let outcome = idle.as_mut().poll(cx);
            if outcome.is_pending() {
                hook = Hook::Waited;
            }
            outcome
        });
        let outcome = outcome.await;
        ring::over(self.shared.id());
        match outcome {
            Ok(()) => Ok(hook),
            Err(message) => {
                current::answer_lost_in_panic(&message, None, &Failure::Stopped);
                Err(panicked::<A>("on_idle", message))
            }
        }
    }

    /// Runs `#[on_stop]`, if the actor is there and whole.
    pub(super) async fn stop(&mut self, reason: ExitReason) -> ExitReason {
        let Some(actor) = self.actor.as_mut().filter(|_| reason.is_orderly()) else {
            return reason;
        };
        unless_aborted(self.shared).await;
        match interruptible(self.shared, caught(actor.on_stop(self.context))).await {
            // It may have answered.
            Ok(()) => self.reclaim().await.err().unwrap_or(reason),
            Err(message) => {
                current::answer_lost_in_panic(&message, None, &Failure::Stopped);
                panicked::<A>("on_stop", message)
            }
        }
    }
}

/// What of a message's envelope is needed once its handler runs.
struct Facts {
    method: &'static str,
    is_async: bool,
    is_final: bool,
    /// Of its reply's slot.
    address: Option<usize>,
    link: Option<Link>,
}

impl Facts {
    pub(super) fn of(message: &impl Message) -> Self {
        let envelope = message.envelope();
        let is_async = envelope.awaits();
        let is_final = envelope.ends_the_actor();
        let address = envelope.address();
        Self { method: envelope.method(), is_async, is_final, address, link: envelope.link() }
    }
}

/// Goes on, or never if the actor was aborted: [`Run`] sees it then. A handler that did not await
/// anything is the last to run.
pub(super) async fn unless_aborted<M: Message>(shared: &Arc<Shared<M>>) {
    if shared.is_aborted() {
        std::future::pending::<()>().await;
    }
}

/// Is ready at the second poll.
pub(super) async fn pause() {
    let mut paused = false;
    poll_fn(|_| if mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

/// Lets other tasks run.
pub(super) async fn yield_now() {
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(())
    })
    .await;
    pause().await;
}
