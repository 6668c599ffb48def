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
//! 4. Messages that are held stay in the mailbox. While it closes, a source may still let them through;
//!    if none is left that could, the actor ends, and they are refused.

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
    },
    mailbox::{Next, Shared},
    observe,
    slot::{message::Message, returns::Returns, unread::Unreads},
    sync::{Arc, bug},
};

/// What an actor with sources is given to wait for the next thing to do.
#[derive(Debug)]
pub struct Incoming<'a, M: Message> {
    /// The mailbox, as one branch among others.
    pub messages: Messages<'a, M>,
    /// Whose turn it is.
    pub turns: &'a mut Turns,
    sources: &'static [&'static str],
}

/// The mailbox, as one branch among others: that of a lease while there is one.
pub struct Messages<'a, M: Message> {
    shared: &'a Arc<Shared<M>>,
    /// Whether messages stay in the mailbox, and the mailbox was open when this was made.
    held: Option<WasOpen>,
    was_open: WasOpen,
    /// How answers come back, if the actor wants any back.
    returns: Option<&'a Returns>,
}

opaque_debug!([M: Message] Messages<'_, M>, "Messages");

/// Whether the mailbox was open when the wait began.
#[derive(Clone, Copy, PartialEq, Eq)]
struct WasOpen(bool);

/// What came of a wait.
pub struct Selected<M: Message>(Outcome<M>);

opaque_debug!([M: Message] Selected<M>, "Selected");

enum Outcome<M: Message> {
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
    /// The mailbox has begun to close while messages were held in it.
    CloseBegan,
}

impl<M: Message> Selected<M> {
    /// Neither a message nor an event.
    #[must_use]
    pub fn nothing() -> Self {
        Self(Outcome::Nothing)
    }
}

impl<'a, M: Message> Messages<'a, M> {
    /// Gives out messages in this wait, or lets them stay in the mailbox.
    pub fn take_if(&mut self, is_taken: bool) {
        self.held = (!is_taken).then_some(self.was_open);
    }

    /// The next message. A message that was not given out stays in the mailbox.
    #[must_use]
    pub fn next(&self) -> NextMessage<'a, M> {
        NextMessage { shared: self.shared, held: self.held, returns: self.returns }
    }
}

/// See [`Messages::next`].
pub struct NextMessage<'a, M: Message> {
    shared: &'a Arc<Shared<M>>,
    held: Option<WasOpen>,
    returns: Option<&'a Returns>,
}

opaque_debug!([M: Message] NextMessage<'_, M>, "NextMessage");

impl<M: Message> Future for NextMessage<'_, M> {
    type Output = Selected<M>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Selected<M>> {
        let next = match self.held {
            None => self.shared.poll_next(cx).map(Some),
            Some(WasOpen(was_open)) => self.shared.poll_held(was_open, cx),
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

impl<A: Drive> Loop<'_, A> {
    /// Waits for the next message or event, and handles an event, for [`Actor::next`].
    pub async fn select(&mut self) -> PolledNext<A::Message> {
        PolledNext(Poll::Ready(
            self.next_or_end().await.unwrap_or_else(|reason| Next::Panicked(Box::new(reason))),
        ))
    }

    async fn next_or_end(&mut self) -> Result<Next<A::Message>, ExitReason> {
        // A handler that did not await anything is the last to run after an abort.
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
        let Some(actor) = &mut self.actor else {
            unreachable!("only a final handler takes the actor");
        };
        let mut incoming = Incoming {
            messages: Messages {
                shared: &self.source,
                held: None,
                was_open: WasOpen(is_open),
                returns: self.context.unread.as_deref().map(Unreads::returns),
            },
            turns: &mut self.turns,
            sources: A::SOURCES,
        };
        let selected = caught(actor.select(&mut incoming, self.context)).await;
        let Selected(outcome) = match selected {
            Ok(selected) => selected,
            Err(message) => {
                let method = incoming.source();
                if incoming.turns.source().is_none() {
                    // What makes the sources would panic again, before anything is looked at.
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
        if self.turns.is_busy()
            && let Some(source) = self.turns.source()
        {
            observe::busy(A::Message::ACTOR, A::SOURCES[source]);
        }
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
            // Nothing is left that could let messages through, and no message may.
            Outcome::Nothing if self.turns.take_is_stuck() => {
                unless_aborted(self.shared).await;
                return Ok(self.source.closing().map_or(Next::Event, Next::Closed));
            }
            Outcome::Nothing => {
                // What came meanwhile has woken a task that is at work, so there is another look
                // before the wait.
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
