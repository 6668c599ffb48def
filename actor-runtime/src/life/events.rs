//! Sources of events: the loop of an actor with `#[on]`.
//!
//! `#[actor]` generates [`Drive::select`], which races the mailbox against the sources and runs the
//! handler of the source that wins. This module has its parameters and interprets its result.
//! Invariants:
//!
//! 1. The futures of the sources borrow the actor, so they are dropped before any handler runs and
//!    created again afterwards. Each must therefore be cancel safe.
//! 2. As long as no branch is ready they are kept, and so are the wakers that they have registered.
//! 3. Once the mailbox is closing, messages have priority: the actor drains its mailbox, and a source
//!    cannot keep it from ending, unless the actor says by `busy_if` that it waits for one.
//! 4. While the sources are polled, the actor counts as waiting for what they wait for only if it holds
//!    messages back: otherwise it handles messages meanwhile, so its callers get their replies.
//! 5. Messages held back by `messages_if` stay in the mailbox. While it is closing, an event may still
//!    release them; if no source is left that could, the actor ends and they are refused.

use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    sync::Arc as StdArc,
    task::{Context as TaskContext, Poll},
};

use crate::{
    cancel_safe::{CancelSafe, First, Given, Turns},
    catch::caught,
    debug::opaque_debug,
    exit::{ExitReason, OnPanic},
    life::{
        abort::{interruptible, unless_aborted},
        drive::Drive,
        message_loop::{Loop, PolledNext, pending_once},
        reclaim::Reclaimed,
        resident::Resident,
    },
    mailbox::{Next, Shared, Wait},
    observe,
    slot::{message::Message, returns::Returns, unread::Unreads},
    sync::{Arc, bug},
    thread::current,
};

/// The branches that an actor with sources waits for, besides the sources themselves.
#[derive(Debug)]
pub struct Incoming<'a, M: Message> {
    /// The mailbox.
    pub messages: Messages<'a, M>,
    /// The order in which the branches are polled.
    pub turns: &'a mut Turns,
    sources: &'static [&'static str],
}

/// The mailbox as a branch of the race: that of a lease while the actor is leased.
pub struct Messages<'a, M: Message> {
    shared: &'a Arc<Shared<M>>,
    wait: Wait,
    /// Where answers come back, if the actor takes any back.
    returns: Option<&'a Returns>,
}

opaque_debug!([M: Message] Messages<'_, M>, "Messages");

/// The result of a wait.
pub struct Selected<M: Message>(Outcome<M>);

opaque_debug!([M: Message] Selected<M>, "Selected");

enum Outcome<M: Message> {
    /// The mailbox was ready.
    Mailbox(Next<M>),
    /// An event was handled.
    Handled,
    /// A source or the handler of an event panicked.
    Panicked { method: &'static str, message: StdArc<str> },
    /// A source has ended, and its handler does not take the end of it.
    Ended,
    /// An unread answer has come back.
    CameBack,
    /// No branch was ready, or none is enabled.
    Nothing,
    /// The mailbox began to close while messages were held back or the actor was busy.
    CloseBegan,
}

impl<M: Message> Selected<M> {
    /// No branch was ready, or none is enabled.
    #[must_use]
    pub fn nothing() -> Self {
        Self(Outcome::Nothing)
    }
}

impl<'a, M: Message> Messages<'a, M> {
    /// Holds messages back in this wait unless `is_taken`.
    pub fn take_if(&mut self, is_taken: bool) {
        self.wait.holds_messages = !is_taken;
        if !is_taken {
            current::end_race();
        }
    }

    /// Keeps the actor from ending in this wait if it `is_busy`, although its mailbox is closed and empty.
    /// A lease ends in any case.
    pub fn stay_if(&mut self, is_busy: bool) {
        if bug("a busy actor ends") {
            return;
        }
        self.wait.is_busy = is_busy && !self.shared.is_lease();
    }

    /// Waits for the next message. If the future is dropped, no message is lost.
    #[must_use]
    pub fn next(&self) -> NextMessage<'a, M> {
        NextMessage { shared: self.shared, wait: self.wait, returns: self.returns }
    }
}

/// See [`Messages::next`].
pub struct NextMessage<'a, M: Message> {
    shared: &'a Arc<Shared<M>>,
    wait: Wait,
    returns: Option<&'a Returns>,
}

opaque_debug!([M: Message] NextMessage<'_, M>, "NextMessage");

impl<M: Message> Future for NextMessage<'_, M> {
    type Output = Selected<M>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Selected<M>> {
        let Wait { holds_messages, is_busy, .. } = self.wait;
        let next = if holds_messages || is_busy {
            self.shared.poll_wait(self.wait, cx)
        } else {
            self.shared.poll_next(cx).map(Some)
        };
        if let Poll::Ready(next) = next {
            return Poll::Ready(Selected(next.map_or(Outcome::CloseBegan, Outcome::Mailbox)));
        }
        match self.returns {
            Some(returns) if returns.park(cx.waker()) => Poll::Ready(Selected(Outcome::CameBack)),
            _ => Poll::Pending,
        }
    }
}

/// A message leaves the mailbox only in the poll that returns it. A waker that is left in the mailbox
/// causes at most one spurious wake-up.
impl<M: Message> CancelSafe for NextMessage<'_, M> {}

impl<M: Message> Incoming<'_, M> {
    /// Runs the handler of the source that was polled last, with the value of its event.
    pub async fn event<T, F: Future<Output = ()>>(
        &mut self,
        given: Given<T>,
        handler: impl FnOnce(T) -> F,
    ) -> Selected<M> {
        let method = self.source();
        let Some(value) = self.turns.take(given) else {
            return Selected(Outcome::Ended);
        };
        current::end_race();
        let shared = self.messages.shared;
        shared.begin_event(method);
        let handler = interruptible(shared.of_actor(), caught(handler(value)));
        match observe::event(M::ACTOR, method, handler).await {
            Ok(()) => Selected(Outcome::Handled),
            Err(message) => Selected(Outcome::Panicked { method, message }),
        }
    }

    /// The name of the handler of the source that was polled last.
    fn source(&self) -> &'static str {
        let source = self.turns.source().and_then(|source| self.sources.get(source));
        source.copied().unwrap_or("select")
    }
}

pin_project! {
    /// A wait for sources and the mailbox at once. See [`current::begin_race`].
    struct Racing<F> {
        #[pin]
        race: F,
        // Until messages are held back, or the handler of an event runs.
        is_racing: bool,
    }
}

fn racing<F: Future>(race: F) -> Racing<F> {
    Racing { race, is_racing: true }
}

impl<F: Future> Future for Racing<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        let this = self.project();
        if *this.is_racing {
            current::begin_race();
        }
        let output = this.race.poll(cx);
        *this.is_racing = current::end_race();
        output
    }
}

impl<A: Drive> Loop<'_, A> {
    /// Waits for the next message or event, and handles an event. For [`Drive::next`].
    pub async fn select(&mut self) -> PolledNext<A::Message> {
        PolledNext(Poll::Ready(
            self.next_or_end().await.unwrap_or_else(|reason| Next::Panicked(Box::new(reason))),
        ))
    }

    async fn next_or_end(&mut self) -> Result<Next<A::Message>, ExitReason> {
        if !bug("events go on after an abort") {
            unless_aborted(self.shared).await;
        }
        if self.reclaim()? == Reclaimed::Something {
            self.turns.happened();
        }
        let mut is_open = self.source.is_open();
        if bug("events go on while the mailbox closes") {
            is_open = true;
        }
        let first = if is_open { A::FIRST } else { First::Mailbox };
        let before_idle = A::HAS_ON_IDLE && !self.was_idle;
        self.turns.begin(first, before_idle, !is_open);
        let Some(Resident { actor, context, .. }) = self.actor.as_deref_mut() else {
            unreachable!("only a final handler takes the actor");
        };
        let mut incoming = Incoming {
            messages: Messages {
                shared: &self.source,
                wait: Wait { was_open: is_open, holds_messages: false, is_busy: false },
                returns: context.unread.as_deref().map(Unreads::returns),
            },
            turns: &mut self.turns,
            sources: A::SOURCES,
        };
        let selected = racing(caught(actor.select(&mut incoming, context))).await;
        let Selected(outcome) = match selected {
            Ok(selected) => selected,
            Err(message) => {
                let method = incoming.source();
                if incoming.turns.source().is_none() {
                    // Creating the sources panicked, and would again before any branch is polled.
                    self.on_panic = OnPanic::End;
                } else {
                    incoming.turns.rest();
                }
                Selected(Outcome::Panicked { method, message })
            }
        };
        if self.turns.take_has_waited() {
            self.begin_turn();
        }
        if self.turns.is_busy() {
            if let Some(source) = self.turns.source() {
                observe::busy(A::Message::ACTOR, A::SOURCES[source]);
            }
        }
        self.after_race(outcome).await
    }

    /// Returns what the loop does next after a race, or waits if no branch was ready.
    ///
    /// # Errors
    ///
    /// The reason why the actor has to end, if a source or its handler panicked.
    async fn after_race(
        &mut self,
        outcome: Outcome<A::Message>,
    ) -> Result<Next<A::Message>, ExitReason> {
        match outcome {
            Outcome::Mailbox(next) => {
                self.turns.happened();
                return Ok(next);
            }
            Outcome::Handled => self.was_idle = false,
            Outcome::Panicked { method, message } => {
                self.was_idle = false;
                self.handler_panicked(method, None, message)?;
            }
            // The mailbox is closing, and no source could release the messages that are held back, or
            // complete the work that keeps the actor busy.
            Outcome::Nothing if self.turns.take_is_stuck() => {
                unless_aborted(self.shared).await;
                return Ok(if self.source.is_closing() { Next::Closed } else { Next::Event });
            }
            Outcome::Nothing => {
                // Whatever came since the race has woken this task while it was running, so the
                // branches are polled again before the loop waits.
                self.idle().await?;
                if bug("the loop waits without its sources") {
                    pending_once().await;
                }
            }
            Outcome::Ended | Outcome::CameBack | Outcome::CloseBegan => {}
        }
        Ok(Next::Event)
    }
}
