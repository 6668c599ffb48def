//! Answers that come back: passing answers that no caller read to the actor, before every handler
//! and hook, and at the end.
//!
//! An actor without `#[cancel_safe(undelivered = ..)]` skips all of it.

use std::task::{Context as TaskContext, Poll};

use crate::{
    catch::catch,
    exit::ExitReason,
    life::{
        drive::Drive,
        hooks::hook_panicked,
        message_loop::{Loop, yield_now},
        resident::Resident,
    },
    mailbox::{Next, ParkAhead},
    observe,
    slot::{message::Message, unread::Unreads},
    sync::bug,
};

/// How often the loop yields at the end before it takes back the answers that are still unread.
///
/// A caller that waits for its answer needs one turn to read it. A caller that never polls must not
/// keep the actor alive.
const LAST_TURNS: usize = 8;

/// Whether an answer was passed to the actor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reclaimed {
    Nothing,
    Something,
}

impl<A: Drive> Loop<'_, A> {
    /// Polls the mailbox. If it is empty, the loop is woken by the next message, or by an answer that
    /// comes back.
    #[inline]
    pub(super) fn poll_next(&mut self, cx: &mut TaskContext<'_>) -> Poll<Next<A::Message>> {
        let park_ahead = if Self::WAITS_NEXT { ParkAhead::Allowed } else { ParkAhead::Forbidden };
        let next = self.source.poll_next_or_drained(cx, park_ahead, &mut self.drained);
        if A::TAKES_BACK && next.is_pending() {
            if let Some(unread) = self.unread() {
                // If an answer has come back already, the loop reclaims it before it waits.
                let _ = unread.park(cx.waker());
            }
        }
        next
    }

    /// The records of answers, while the loop has the actor.
    fn unread(&self) -> Option<&Unreads<A::Undelivered>> {
        self.actor.as_ref()?.context.unread.as_deref()
    }

    /// Passes all answers that have come back to the actor.
    #[inline]
    pub(super) fn reclaim(&mut self) -> Result<Reclaimed, ExitReason> {
        if !A::TAKES_BACK {
            return Ok(Reclaimed::Nothing);
        }
        if bug("a message comes before what came back") {
            return Ok(Reclaimed::Nothing);
        }
        self.reclaim_returned()
    }

    fn reclaim_returned(&mut self) -> Result<Reclaimed, ExitReason> {
        let Some(Resident { actor, context, .. }) = self.actor.as_deref_mut() else {
            return Ok(Reclaimed::Nothing);
        };
        let Some(unread) = &context.unread else {
            return Ok(Reclaimed::Nothing);
        };
        let mut reclaimed = Reclaimed::Nothing;
        while let Some(undelivered) = unread.next() {
            if reclaimed == Reclaimed::Nothing {
                // The method may take any length of time.
                self.shared.end_yielding();
            }
            reclaimed = Reclaimed::Something;
            self.was_idle = false;
            let take_back = || catch(|| actor.take_back(undelivered, context));
            observe::hook_now(A::Message::ACTOR, "undelivered", take_back)
                .map_err(|message| hook_panicked::<A>("undelivered", message))?;
        }
        Ok(reclaimed)
    }

    /// Takes all unread answers back at the end, so that each answer is either with its caller or
    /// with the actor.
    ///
    /// Callers get [`LAST_TURNS`] turns to read theirs and no more, since a caller may be waiting
    /// for this actor to end.
    pub(super) async fn reclaim_unread(&mut self) -> Result<(), ExitReason> {
        if !A::TAKES_BACK {
            return Ok(());
        }
        loop {
            let Some(unread) = self.unread() else {
                return Ok(());
            };
            for _ in 0..LAST_TURNS {
                if !unread.has_unread() {
                    break;
                }
                yield_now().await;
            }
            // All in one step, so that they come back in order.
            unread.reclaim();
            // The actor may use a reclaimed value to answer another caller, so check again.
            if self.reclaim_returned()? == Reclaimed::Nothing {
                return Ok(());
            }
        }
    }
}
