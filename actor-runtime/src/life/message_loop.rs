//! The loop: takes messages from the mailbox and runs their handlers, one at a time.
//!
//! Messages for `fn` handlers are handled in [`Loop::handle_now`], which is not a future and polls
//! the mailbox again by itself; [`Loop::handle_messages`] does everything that may take several
//! polls. Invariants:
//!
//! 1. The actor is in `Loop::actor`, except while the loop waits (it may be in its seat then) and
//!    after a final handler has taken it.
//! 2. Answers that came back are passed to the actor before each handler and each hook.
//! 3. The loop waits only if nothing has come since it last polled the mailbox without result, or if
//!    what has come has woken its task since.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    mem,
    pin::pin,
    sync::Arc as StdArc,
    task::{Context as TaskContext, Poll, ready},
};

use crate::{
    cancel_safe::Turns,
    catch::{catch, caught, drop_caught},
    debug::opaque_debug,
    exit::{ExitReason, OnPanic},
    life::{
        abort::interruptible,
        actor::Actor,
        drive::Drive,
        hooks::IdleHook,
        reclaim::Reclaimed,
        resident::{Resident, Seated},
        run::panic_reason,
    },
    mailbox::{Entry, Next, Shared, drained::Drained},
    observe::{self, Trace},
    slot::message::{Message, private::Ticket},
    sync::{Arc, bug},
    thread::{batch, budget, current},
};

/// After this many messages in one poll, the loop lets other tasks run.
///
/// It is tokio's own budget for one poll of a task, and more than most mailboxes hold. A smaller
/// number costs more: a task that yields is moved to another worker more often than one that waits,
/// and then both workers access the mailbox at the same time.
pub(crate) const MESSAGES_PER_POLL: usize = 128;

/// The loop keeps its actor while it waits after it has waited so often without a caller who ran a handler.
const UNVISITED_WAITS: u8 = 16;

/// The result of polling the mailbox once.
pub struct PolledNext<M: Message>(pub(super) Poll<Next<M>>);

opaque_debug!([M: Message] PolledNext<M>, "PolledNext");

/// A running actor.
pub struct Loop<'a, A: Actor> {
    pub(super) shared: &'a Arc<Shared<A::Message>>,
    /// The mailbox that messages are taken from: the actor's, or that of a lease.
    pub(super) source: Arc<Shared<A::Message>>,
    pub(super) on_panic: OnPanic,
    /// `None` while the actor is in its seat, and after a final handler has taken it.
    pub(super) actor: Option<Box<Resident<A>>>,
    /// Whether `#[on_idle]` has run since the last message, or there was none.
    pub(super) was_idle: bool,
    /// How much of [`MESSAGES_PER_POLL`] is used up; a batch begins with all but its length used.
    pub(super) budget_used: usize,
    /// The maximum number of messages in a batch; 0 if batching is disabled.
    pub(super) batch: usize,
    /// The order in which the sources of events are polled.
    pub(super) turns: Turns,
    /// The messages that were taken from [`source`](Self::source), and whose handlers have not begun.
    pub(super) drained: Drained<A::Message>,
    /// The number of handlers that had begun without the lock when the loop last left its actor.
    pub(super) visits: usize,
    /// How often in a row it has taken the actor back since a caller last ran a handler.
    pub(super) waits_unvisited: u8,
}

opaque_debug!([A: Actor] Loop<'_, A>, "Loop", actor = A::Message::ACTOR);

impl<A: Drive> Loop<'_, A> {
    /// Whether the loop has nothing else to do before it waits, once the mailbox is empty.
    pub(super) const WAITS_NEXT: bool = A::SOURCES.is_empty() && !A::HAS_ON_IDLE && !A::TAKES_BACK;

    /// Handles what can be handled within this poll, then polls the mailbox. For [`Drive::next`].
    #[inline]
    pub fn poll_mailbox(&mut self) -> impl Future<Output = PolledNext<A::Message>> {
        poll_fn(|cx| Poll::Ready(PolledNext(self.handle_now(cx))))
    }

    /// Handles messages until the actor has a reason to end.
    ///
    /// The handler of an `async fn` is awaited in this function: a future of its own would keep the
    /// message twice, as its argument and as what the handler takes.
    pub(super) async fn handle_messages(&mut self) -> Result<Infallible, ExitReason> {
        self.begin_turn();
        loop {
            current::handler_over(self.shared.id());
            if self.budget_used >= MESSAGES_PER_POLL {
                self.end_turn().await?;
            }
            let PolledNext(Poll::Ready(next)) = A::next(self).await else {
                if self.reclaim()? == Reclaimed::Something {
                    continue;
                }
                let hook = if A::HAS_ON_IDLE { self.idle().await? } else { IdleHook::Immediate };
                match hook {
                    // Whatever has come since the mailbox was polled wakes this task, which was not
                    // polled in between. So the mailbox need not be polled again before the wait.
                    IdleHook::Immediate => {
                        if let Some(reason) = self.wait().await {
                            return Err(reason);
                        }
                    }
                    // That wake-up may be spent: poll the mailbox again.
                    IdleHook::Suspended => {
                        if bug("a wake-up that is spent is waited for") {
                            pending_once().await;
                            continue;
                        }
                    }
                }
                self.begin_turn();
                continue;
            };
            self.budget_used += 1;
            match next {
                Next::Message(Entry { message, trace }) => {
                    let Header { method, is_async, is_final, address, wait } = Header::of(&message);
                    if is_final {
                        // Boxed, so that a loop does not reserve room for what happens once.
                        return Err(Box::pin(self.finish(method, address, message, trace)).await);
                    }
                    // Without sources, `handle_now` has run the handler.
                    if !is_async && !A::SOURCES.is_empty() {
                        self.handle_fn(message, &trace)?;
                        continue;
                    }
                    let shared = self.shared;
                    let Resident { actor, context, .. } = self.before_handler(&message)?;
                    let outcome = {
                        // Pinned here, so that the future of a handler, which has the size of the
                        // largest one, is not moved for each message.
                        let handler = pin!(actor.dispatch(message, context));
                        let handler = interruptible(shared, caught(handler));
                        observe::handling(trace, A::Message::ACTOR, method, handler).await
                    };
                    self.after_handler(method, address, wait, outcome)?;
                }
                Next::Abandoned(entry) => {
                    let method = entry.message.envelope().method();
                    observe::skipped(&entry.trace, A::Message::ACTOR, method);
                    drop_caught(entry);
                }
                Next::Lease(lease) => {
                    self.begin_lease(lease).await?;
                    self.begin_turn();
                }
                Next::Event => {}
                Next::Panicked(reason) => return Err(*reason),
                Next::Closed => self.source_closed().await?,
            }
        }
    }

    /// Lets other tasks run, after `#[on_idle]`, which also runs if the mailbox never becomes empty.
    async fn end_turn(&mut self) -> Result<(), ExitReason> {
        self.reclaim()?;
        self.idle().await?;
        self.source.shrink();
        self.drained.shrink();
        yield_now().await;
        self.begin_turn();
        Ok(())
    }

    /// Puts the messages that were taken from the mailbox back to where they were.
    pub(super) fn put_back(&mut self) {
        if bug("a life keeps what it has taken") {
            return;
        }
        self.source.put_back(&mut self.drained);
    }

    /// Returns to the actor's own mailbox if that of a lease has closed.
    ///
    /// # Errors
    ///
    /// The reason why the actor has to end.
    async fn source_closed(&mut self) -> Result<(), ExitReason> {
        if self.is_leased() {
            self.end_lease().await?;
            self.begin_turn();
            return Ok(());
        }
        self.reclaim_unread().await?;
        self.idle().await?;
        Err(self.shared.closed_for())
    }

    /// Runs the handlers of messages as long as each is a `fn`, and returns the first thing to do
    /// that is none.
    ///
    /// All that is done for such a message is in this one function, which is no future: what a
    /// future keeps from one poll to the next is stored and loaded for each message.
    fn handle_now(&mut self, cx: &mut TaskContext<'_>) -> Poll<Next<A::Message>> {
        while self.budget_used < MESSAGES_PER_POLL || self.may_wait_now() {
            let Entry { message, trace } = match self.poll_next(cx) {
                Poll::Ready(Next::Message(entry))
                    if entry.message.envelope().runs_in_one_poll() =>
                {
                    entry
                }
                next => return next,
            };
            self.budget_used += 1;
            budget::take_unit(cx);
            if self.waits_unvisited >= UNVISITED_WAITS && message.envelope().address().is_some() {
                self.expect_visits();
            }
            if let Err(reason) = self.handle_fn(message, &trace) {
                return Poll::Ready(Next::Panicked(Box::new(reason)));
            }
            current::handler_over(self.shared.id());
            if Self::WAITS_NEXT && self.source.try_rest() {
                return Poll::Pending;
            }
        }
        // The budget is used up: other tasks run first.
        Poll::Ready(Next::Event)
    }

    /// Whether the loop has nothing to do but wait, once its turn is over. That costs less than to yield.
    #[cold]
    fn may_wait_now(&self) -> bool {
        Self::WAITS_NEXT && self.batch == 0 && self.source.len() == 0
    }

    /// Runs the handler of a `fn`.
    ///
    /// # Errors
    ///
    /// The reason why the actor has to end, if it panicked.
    #[inline]
    fn handle_fn(&mut self, message: A::Message, trace: &Trace) -> Result<(), ExitReason> {
        let Header { method, address, wait, .. } = Header::of(&message);
        let Resident { actor, context, .. } = self.before_handler(&message)?;
        let outcome = observe::handling_now(trace, A::Message::ACTOR, method, || {
            catch(|| actor.run_now(message, context))
        });
        self.after_handler(method, address, wait, outcome)
    }

    /// Prepares for the handler of `message`, and returns the actor.
    ///
    /// # Errors
    ///
    /// The reason why the actor has to end, if it panicked over an answer that came back.
    #[inline]
    fn before_handler(&mut self, message: &A::Message) -> Result<&mut Resident<A>, ExitReason> {
        self.was_idle = false;
        self.note_remaining();
        if let Err(reason) = self.reclaim() {
            message.envelope().stopped();
            return Err(reason);
        }
        let Some(actor) = &mut self.actor else {
            unreachable!("only a final handler takes the actor");
        };
        Ok(actor)
    }

    /// Ends the wait of the caller for this handler, as far as it is on record, and reports a panic.
    #[inline(always)]
    fn after_handler(
        &self,
        method: &'static str,
        address: Option<usize>,
        wait: Option<Ticket>,
        outcome: Result<(), StdArc<str>>,
    ) -> Result<(), ExitReason> {
        if let Some(Ticket(wait)) = wait {
            wait.handler_over();
        }
        match outcome {
            Ok(()) => Ok(()),
            Err(message) => self.handler_panicked(method, address, message),
        }
    }

    /// Reports the panic of a handler.
    ///
    /// # Errors
    ///
    /// The reason why the actor has to end, unless it continues after panics.
    pub(super) fn handler_panicked(
        &self,
        method: &'static str,
        address: Option<usize>,
        message: StdArc<str>,
    ) -> Result<(), ExitReason> {
        current::fail_unwound(&message, address, &self.on_panic.of_others());
        self.shared.report_panic(method, &message);
        match self.on_panic {
            OnPanic::Continue => Ok(()),
            OnPanic::End => Err(panic_reason::<A>(method, message)),
        }
    }

    /// Resets the budget of messages before the loop lets other tasks run: to all of it, or to a
    /// batch, which is what waits in the mailbox now.
    #[inline]
    pub(super) fn begin_turn(&mut self) {
        self.budget_used = 0;
        if self.batch > 0 {
            self.begin_batch();
        }
    }

    #[cold]
    #[inline(never)]
    fn begin_batch(&mut self) {
        batch::next(0);
        self.budget_used = MESSAGES_PER_POLL - self.source.len().clamp(1, self.batch);
    }

    /// Notes how many messages of the batch come after the one whose handler runs next.
    #[inline]
    fn note_remaining(&self) {
        if self.batch > 0 {
            batch::next(MESSAGES_PER_POLL.saturating_sub(self.budget_used));
        }
    }

    /// Waits until the loop is woken. In the meantime callers find the actor in its seat, unless it
    /// is leased or no caller has come for it lately, and one of them may have given it a reason to end.
    fn wait(&mut self) -> impl Future<Output = Option<ExitReason>> {
        let mut is_waiting = false;
        let mut seated = None;
        poll_fn(move |cx| {
            if !mem::replace(&mut is_waiting, true) {
                if !self.is_leased() && self.shared.seat.is_open() {
                    seated = self.enter_seat();
                }
                return Poll::Pending;
            }
            let Some(seated) = &seated else {
                return Poll::Ready(None);
            };
            // An answer that came back has to be passed to the actor.
            if !A::TAKES_BACK && self.shared.still_rests() {
                return Poll::Pending;
            }
            let returned = seated.poll_return(self.shared, cx);
            if !matches!(returned, Poll::Ready((Some(_), None))) {
                // It may take any length of time until the loop looks at the queue.
                self.shared.end_yielding();
            }
            let (actor, broken) = ready!(returned);
            self.actor = actor;
            self.note_visits();
            Poll::Ready(broken)
        })
    }

    /// Notes whether callers have come for the actor while the loop waited. If none has for a while, the loop
    /// keeps it: to leave it and to take it back costs two atomic exchanges.
    #[inline]
    fn note_visits(&mut self) {
        let has_visits = self.visits != self.shared.handled_unlocked();
        self.waits_unvisited = if has_visits { 0 } else { self.waits_unvisited.saturating_add(1) };
        if bug("the loop keeps an actor at once") && !has_visits {
            self.waits_unvisited = UNVISITED_WAITS;
        }
        if Self::WAITS_NEXT && self.waits_unvisited >= UNVISITED_WAITS {
            self.shared.seat.set_open(false);
        }
    }

    /// Leaves the actor in its seat again, since a call has been queued that might have run on its caller.
    #[cold]
    fn expect_visits(&mut self) {
        self.waits_unvisited = 0;
        self.shared.seat.set_open(true);
    }

    /// Puts the actor into its seat, if it has one.
    fn enter_seat(&mut self) -> Option<Seated<A>> {
        self.visits = self.shared.handled_unlocked();
        match self.actor.take()?.enter_seat(self.shared) {
            Ok(seated) => Some(seated),
            Err(actor) => {
                self.actor = Some(actor);
                None
            }
        }
    }
}

/// The part of a message's envelope that is needed after its handler has taken the message.
struct Header {
    method: &'static str,
    is_async: bool,
    is_final: bool,
    /// The address of its reply's slot.
    address: Option<usize>,
    /// The caller's wait, if it is on record.
    wait: Option<Ticket>,
}

impl Header {
    fn of(message: &impl Message) -> Self {
        let envelope = message.envelope();
        Self {
            method: envelope.method(),
            is_async: envelope.is_async(),
            is_final: envelope.ends_the_actor(),
            address: envelope.address(),
            wait: envelope.wait(),
        }
    }
}

/// Completes at the second poll.
pub(super) async fn pending_once() {
    let mut was_polled = false;
    poll_fn(|_| if mem::replace(&mut was_polled, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

/// Lets other tasks run.
pub(super) async fn yield_now() {
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(())
    })
    .await;
    pending_once().await;
}
