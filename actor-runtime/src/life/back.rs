//! Answers that come back, in the loop: before every message and every hook, and at the end.
//!
//! All of this is empty for an actor that wants none back.

use std::task::{Context as TaskContext, Poll};

use crate::{
    catch::catch,
    error::Failure,
    exit::ExitReason,
    life::{
        context::Context,
        drive::Drive,
        run::{Loop, panicked, yield_now},
    },
    mailbox::{Before, Next, Shared},
    sync::bug,
    thread::current,
};

/// How often others may run at the end before what they have not read is taken back. Those who wait
/// for an answer need one turn; those who never look at theirs must not keep the actor alive.
const LAST_TURNS: usize = 8;

/// Whether an answer came back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    None,
    Some,
}

/// Looks for the next message. If there is none, the loop is woken by one, or by an answer that comes
/// back.
#[inline]
pub(super) fn look<A: Drive>(
    shared: &Shared<A::Message>,
    context: &Context<A>,
    cx: &mut TaskContext<'_>,
) -> Poll<Next<A::Message>> {
    let before = if Loop::<A>::WAITS_NEXT { Before::Wait } else { Before::More };
    let next = shared.poll_next_before(cx, before);
    if A::TAKES_BACK
        && next.is_pending()
        && let Some(unread) = &context.unread
    {
        // What has come back already is taken back in any case.
        let _ = unread.park(cx.waker());
    }
    next
}

impl<A: Drive> Loop<'_, A> {
    /// Gives the actor what nobody read.
    #[inline]
    pub(super) fn take_back(&mut self) -> Result<Taken, ExitReason> {
        if !A::TAKES_BACK || bug("a message comes before what came back") {
            return Ok(Taken::None);
        }
        self.take_all_back()
    }

    fn take_all_back(&mut self) -> Result<Taken, ExitReason> {
        let (Some(unread), Some(actor)) = (&self.context.unread, &mut self.actor) else {
            return Ok(Taken::None);
        };
        let mut taken = Taken::None;
        while let Some(undelivered) = unread.next() {
            taken = Taken::Some;
            self.was_idle = false;
            catch(|| actor.take_back(undelivered)).map_err(|message| {
                current::answer_lost_in_panic(&message, None, &Failure::Stopped);
                panicked::<A>("undelivered", message)
            })?;
        }
        Ok(taken)
    }

    /// At the end, gives the actor all that nobody has read yet, so that each answer is either with
    /// its caller or with the actor. No caller is waited for, since it may wait for this very end.
    pub(super) async fn reclaim(&mut self) -> Result<(), ExitReason> {
        if !A::TAKES_BACK {
            return Ok(());
        }
        let Some(unread) = &self.context.unread else {
            return Ok(());
        };
        loop {
            for _ in 0..LAST_TURNS {
                if !unread.has_unread() {
                    break;
                }
                yield_now().await;
            }
            // All at once, so that all goes back in order.
            unread.reclaim();
            // What is taken back may be the answer to somebody else, which is to be read as well.
            if self.take_all_back()? == Taken::None {
                return Ok(());
            }
        }
    }
}
