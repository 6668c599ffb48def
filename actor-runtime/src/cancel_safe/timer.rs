//! Refuses sources of events that are timers and start over.
//!
//! The future of a source is created again after every message. A `sleep` loses nothing by that, so it
//! may be a branch of `select!`. But as a source, a sleep of one second that restarts ten times a second
//! never completes.

use std::{marker::PhantomData, pin::Pin};

use tokio::time::{Sleep, Timeout};

use super::shape::Look;

/// The future is a timer that starts when it is created.
#[derive(Clone, Copy, Debug)]
pub struct FromNow(PhantomData<()>);

/// The future is not such a timer.
#[derive(Clone, Copy, Debug)]
pub struct NoTimer(PhantomData<()>);

#[doc(hidden)]
pub trait LooksLikeTimer {
    #[inline(always)]
    fn timer(&self) -> FromNow {
        FromNow(PhantomData)
    }
}

impl LooksLikeTimer for &Look<Sleep> {}
impl LooksLikeTimer for &Look<Pin<Box<Sleep>>> {}
impl<F> LooksLikeTimer for &Look<Timeout<F>> {}

#[doc(hidden)]
pub trait LooksTimeless {
    #[inline(always)]
    fn timer(&self) -> NoTimer {
        NoTimer(PhantomData)
    }
}

impl<F> LooksTimeless for Look<F> {}

/// A source that a message does not set back.
#[diagnostic::on_unimplemented(
    message = "this timer starts over with every message",
    label = "it starts again after each message, and never ends while messages come in faster",
    note = "for every so often: keep a `tokio::time::Interval` in the actor, and wait for `self.ticks.tick()`",
    note = "for a moment: keep its `Instant` in the actor, and wait for `sleep_until(self.deadline)`",
    note = "for a timer that is set again and again: keep it in the actor, `Pin<Box<Sleep>>`, and wait for `&mut self.timer`"
)]
#[doc(hidden)]
pub trait KeepsItsTime<Timer>: Sized {
    /// The source itself.
    #[inline(always)]
    fn pass(timer: Timer, source: Self) -> Self {
        let _ = timer;
        source
    }
}

#[diagnostic::do_not_recommend]
impl<F> KeepsItsTime<NoTimer> for F {}
