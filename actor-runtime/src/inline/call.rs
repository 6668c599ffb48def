//! Running a handler on the thread of its caller.
//!
//! This is the way of most calls, and it is short for these reasons:
//!
//! - It is one function for each handler, wherever that is called. What it gives fits into registers.
//! - What is seldom done is in functions of its own, marked cold.
//! - What was just stored in pieces is not copied as a whole: a processor waits for all the pieces.
//! - What need not be stored is not: each exchange of the seat waits for the stores before it.

use std::{
    hint,
    task::{Context as TaskContext, Poll},
};
use tokio::task::coop;

use super::RunHere;
use crate::{
    call::request::{Called, Target},
    inline::taken::Taken,
    life::resident::Panicked,
    mailbox::Shared,
    observe::{self, Life},
    seat::{Content, Place},
    slot::message::Message,
    sync::bug,
    thread::{current, home::Home, ring},
};

/// Takes the request and runs its handler, called `method`, if the actor is in its seat.
///
/// The name is read where it is needed: after a panic, and for those who watch.
// Its caller is inlined, and this is not: a future that awaits several calls has it once.
#[inline(never)]
pub(super) fn call<M: Message, R: 'static, Q: RunHere<M, R>>(
    target: Target<'_, M>,
    cx: &mut TaskContext<'_>,
    slot: &mut Option<Q>,
) -> Called<R> {
    let Target { shared, method } = target;
    // Taken before it is known whether it is needed: that costs less than to look at it twice.
    let Some(request) = slot.take() else {
        return Called::Nobody;
    };
    if !shared.is_resting() {
        *slot = Some(request);
        return Called::Nobody;
    }
    let Some(place) = shared.seat.take().or_else(|| take_soon(shared)) else {
        if !bug("a call is lost where another is run") {
            *slot = Some(request);
        }
        return Called::Nobody;
    };
    let mut taken = Taken::new(shared, place);
    let Some(Place { content: Content::Actor(actor), home, life }) = taken.place() else {
        *slot = Some(request);
        return Called::Nobody;
    };
    // Only now, so that nothing has to be given back where the handler does not run.
    match coop::poll_proceed(cx) {
        Poll::Ready(budget) => budget.made_progress(),
        Poll::Pending => {
            *slot = Some(request);
            return Called::Here(Poll::Pending);
        }
    }
    let outcome = if home.is_here() && !shared.is_watched() {
        run(shared, life, method, actor, request)
    } else {
        run_watched(shared, home, life, method, actor, request)
    };
    Called::Here(Poll::Ready(match outcome {
        Ok(answer) => {
            taken.put_back();
            Ok(answer)
        }
        Err(panicked) => Err(taken.panicked(method, *panicked)),
    }))
}

/// Runs a handler of `actor`.
#[inline(always)]
fn run<M: Message, R: 'static, Q: RunHere<M, R>>(
    shared: &Shared<M>,
    life: &Life,
    method: &'static str,
    actor: &mut M::AtRest,
    request: Q,
) -> Result<R, Box<Panicked>> {
    shared.count_inline();
    let running = current::running(shared.id());
    let outcome = observe::handling_here(life, M::ACTOR, method, || request.run(actor));
    drop(running);
    ring::over(shared.id());
    outcome
}

/// As [`run`], for an actor of another runtime, or while somebody asks what runs.
#[cold]
#[inline(never)]
fn run_watched<M: Message, R: 'static, Q: RunHere<M, R>>(
    shared: &Shared<M>,
    home: &Home,
    life: &Life,
    method: &'static str,
    actor: &mut M::AtRest,
    request: Q,
) -> Result<R, Box<Panicked>> {
    let _at_home = home.enter();
    let is_watched = shared.begin_inline(method);
    let outcome = run(shared, life, method, actor, request);
    if is_watched {
        shared.end_inline();
    }
    outcome
}

/// Takes an actor that another caller has, if that puts it back within a moment: most handlers are over
/// sooner than a task is switched. Nobody looks on once something is queued.
#[cold]
fn take_soon<M: Message>(shared: &Shared<M>) -> Option<Box<Place<M>>> {
    /// How often the seat is looked at, and how long is waited in between.
    const LOOKS: usize = if cfg!(shuttle) { 1 } else { 16 };
    const PAUSES: usize = 8;
    for _ in 0..LOOKS {
        (0..PAUSES).for_each(|_| hint::spin_loop());
        if !shared.is_resting() {
            return None;
        }
        if let Some(place) = shared.seat.take() {
            return Some(place);
        }
    }
    None
}
