//! What an actor with `#[on]` waits for: the next message, or the next event of one of its sources.
//!
//! `#[actor]` writes [`Actor::select`], a race between the mailbox and the sources that runs the
//! handler of the source that wins. Here is what it is given for that, and what the loop makes of it.
//!
//! 1. The futures of the sources borrow the actor, so they are dropped before any handler runs, and
//!    made anew afterwards. That is why each has to be cancel safe.
//! 2. While nothing happens they are kept, so their wakers stay where they are.
//! 3. Once the mailbox closes, messages come first: the actor drains it, and no source keeps it from
//!    ending.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc as StdArc,
    task::{Context as TaskContext, Poll},
};

use super::{Loop, interruptible, pause, unless_aborted};
use crate::{
    actor::{Actor, Message},
    cancel_safe::{CancelSafe, First, Given, Turns},
    catch::caught,
    exit::ExitReason,
    mailbox::{Next, Shared},
    observe,
    returns::Returns,
    sync::{Arc, bug},
    unread::Unreads,
};

/// What an actor with sources is given to wait for the next thing to do.
#[derive(Debug)]
pub struct Incoming<'a, M> {
    /// The mailbox, as one branch among others.
    pub messages: Messages<'a, M>,
    /// Whose turn it is.
    pub turns: &'a mut Turns,
    sources: &'static [&'static str],
}

/// The mailbox, as one branch among others: that of a lease while there is one.
pub struct Messages<'a, M> {
    shared: &'a Arc<Shared<M>>,
    /// How answers come back, if the actor wants any back.
    returns: Option<&'a Returns>,
}

impl<M> fmt::Debug for Messages<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").finish_non_exhaustive()
    }
}

/// What came of a wait.
pub struct Selected<M>(Outcome<M>);

impl<M> fmt::Debug for Selected<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selected").finish_non_exhaustive()
    }
}

enum Outcome<M> {
    /// What the mailbox has.
    Mailbox(Next<M>),
    /// An event, and its handler has run.
    Handled,
    /// An event, and its handler panicked.
    Panicked { method: &'static str, message: StdArc<str> },
    /// A source has ended, and its handler does not ask for that.
    Ended,
    /// An answer that nobody read has come back.
    CameBack,
    /// Neither a message nor an event.
    Nothing,
}

impl<M> Selected<M> {
    /// Neither a message nor an event.
    #[must_use]
    pub fn nothing() -> Self {
        Self(Outcome::Nothing)
    }
}

impl<'a, M: Message> Messages<'a, M> {
    /// The next message. A message that was not given out stays in the mailbox.
    #[must_use]
    pub fn next(&self) -> NextMessage<'a, M> {
        NextMessage { shared: self.shared, returns: self.returns }
    }
}

/// See [`Messages::next`].
pub struct NextMessage<'a, M> {
    shared: &'a Arc<Shared<M>>,
    returns: Option<&'a Returns>,
}

impl<M> fmt::Debug for NextMessage<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextMessage").finish_non_exhaustive()
    }
}

impl<M: Message> Future for NextMessage<'_, M> {
    type Output = Selected<M>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Selected<M>> {
        if let Poll::Ready(next) = self.shared.poll_next(cx) {
            return Poll::Ready(Selected(Outcome::Mailbox(next)));
        }
        match self.returns {
            Some(returns) if returns.park(cx.waker()) => Poll::Ready(Selected(Outcome::CameBack)),
            _ => Poll::Pending,
        }
    }
}

/// It has nothing of its own. A waker that stays in the mailbox wakes the loop once for nothing.
impl<M: Message> CancelSafe for NextMessage<'_, M> {}

impl<M: Message> Incoming<'_, M> {
    /// Runs the handler of a source for what it gave.
    pub async fn event<T, F: Future<Output = ()>>(
        &mut self,
        given: Given<T>,
        handler: impl FnOnce(T) -> F,
    ) -> Selected<M> {
        let method = self.source();
        let Some(value) = self.turns.take(given) else {
            return Selected(Outcome::Ended);
        };
        let shared = self.messages.shared;
        shared.begin_event(method);
        let handler = interruptible(shared.of_actor(), caught(handler(value)));
        match observe::event(M::ACTOR, method, handler).await {
            Ok(()) => Selected(Outcome::Handled),
            Err(message) => Selected(Outcome::Panicked { method, message }),
        }
    }

    /// The handler of the source that was polled last.
    fn source(&self) -> &'static str {
        let source = self.turns.source().and_then(|source| self.sources.get(source));
        source.copied().unwrap_or("select")
    }
}

impl<A: Actor> Loop<'_, A> {
    /// Waits for the next message or event, and handles an event. Gives what the mailbox has.
    pub(super) async fn select(&mut self) -> Result<Option<Next<A::Message>>, ExitReason> {
        // A handler that did not await anything is the last to run after an abort.
        if !bug("events go on after an abort") {
            unless_aborted(self.shared).await;
        }
        self.take_back()?;
        let is_open = self.source.is_open() || bug("events go on while the mailbox closes");
        let first = if is_open { A::FIRST } else { First::Mailbox };
        let before_idle = A::HAS_ON_IDLE && !self.was_idle;
        self.turns.begin(first, before_idle);
        let Some(actor) = &mut self.actor else {
            unreachable!("only a final handler takes the actor");
        };
        let mut incoming = Incoming {
            messages: Messages {
                shared: &self.source,
                returns: self.context.unread.as_ref().map(Unreads::returns),
            },
            turns: &mut self.turns,
            sources: A::SOURCES,
        };
        let selected = caught(actor.select(&mut incoming, self.context)).await;
        let Selected(outcome) = match selected {
            Ok(selected) => selected,
            // A source panicked, or what makes one.
            Err(message) => {
                let method = incoming.source();
                incoming.turns.rest();
                Selected(Outcome::Panicked { method, message })
            }
        };
        if self.turns.take_has_waited() {
            self.since_yield = 0;
        }
        match outcome {
            Outcome::Mailbox(next) => {
                self.turns.happened();
                return Ok(Some(next));
            }
            Outcome::Handled => self.was_idle = false,
            Outcome::Panicked { method, message } => {
                self.was_idle = false;
                if let Some(reason) = self.handler_panicked(method, None, message) {
                    return Err(reason);
                }
            }
            Outcome::Nothing => {
                // What came meanwhile has woken a task that is at work, so there is another look
                // before the wait.
                self.idle().await?;
                if bug("the loop waits without its sources") {
                    pause().await;
                }
            }
            Outcome::Ended | Outcome::CameBack => {}
        }
        Ok(None)
    }
}
