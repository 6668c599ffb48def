//! tokio's budget: how much a task does before it lets others run.
//!
//! Once a task has used up its budget, what it awaits is pending, and tokio polls the task again later. A task
//! that sends to an actor or calls it without ever waiting takes a unit for each message, and its actor's loop
//! one for each handler. See [`tokio::task::coop`].

use std::task::{Context, Poll, ready};

use tokio::task::coop;

/// Takes a unit of the budget. Pending if none is left; the task is then woken when others have run.
#[inline(always)]
pub(crate) fn poll_unit(cx: &mut Context<'_>) -> Poll<()> {
    ready!(coop::poll_proceed(cx)).made_progress();
    Poll::Ready(())
}

/// Takes a unit of the budget if there is one.
#[inline]
pub(crate) fn take_unit(cx: &mut Context<'_>) {
    if coop::has_budget_remaining() {
        let _ = poll_unit(cx);
    }
}

/// Returns `true` unless the budget is used up.
#[cfg(not(shuttle))]
#[inline(always)]
pub(crate) fn is_left() -> bool {
    coop::has_budget_remaining()
}

#[cfg(shuttle)]
pub(crate) fn is_left() -> bool {
    !model::take_exhausted()
}

/// The budget of the models, which have no tasks of tokio.
#[cfg(shuttle)]
pub(crate) mod model {
    use std::cell::Cell;

    use crate::sync::thread_local;

    thread_local! {
        static IS_EXHAUSTED: Cell<bool> = const { Cell::new(false) };
    }

    /// Lets the budget of the current thread be used up, the next time that it is asked for.
    pub fn exhaust() {
        IS_EXHAUSTED.with(|is_exhausted| is_exhausted.set(true));
    }

    pub(super) fn take_exhausted() -> bool {
        IS_EXHAUSTED.with(|is_exhausted| is_exhausted.replace(false))
    }
}
