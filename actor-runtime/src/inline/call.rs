//! The path of an inline call.
//!
//! Most calls take this path, so it is kept short:
//!
//! - There is one function per handler, however many call sites there are, and what it returns fits
//!   into registers.
//! - Rare cases are in separate functions, marked cold.
//! - A value that was just stored in parts is not copied as a whole, since the load would wait for all
//!   of the stores.
//! - Values are stored only where necessary, since each exchange of the seat waits for earlier stores.

use std::{
    hint,
    task::{Context as TaskContext, Poll},
};

use super::RunHere;
use crate::{
    call::request::{InlinePoll, Target},
    inline::guard::SeatGuard,
    life::resident::Panicked,
    mailbox::Shared,
    observe::{self, Life},
    seat::{Content, SeatBox},
    slot::message::Message,
    sync::bug,
    thread::{current, home},
};

/// Takes the request from `slot` and runs its handler, if the actor is in its seat and the caller a task of
/// the actor's runtime.
// Not inlined, unlike its caller, so that a future that awaits several calls contains it once.
#[inline(never)]
pub(super) fn call<M: Message, R: 'static, Q: RunHere<M, R>>(
    target: Target<'_, M>,
    cx: &mut TaskContext<'_>,
    slot: &mut Option<Q>,
) -> InlinePoll<R> {
    let Target { shared, method } = target;
    // Taken before it is known to be needed, which costs less than inspecting the slot twice. It remains an
    // option until the handler runs: in debug builds, each function that has a value copies it once more.
    let mut request = slot.take();
    if request.is_none() {
        return InlinePoll::NotIdle;
    }
    if !shared.is_resting() {
        *slot = request;
        return InlinePoll::NotIdle;
    }
    let task = home::task();
    if !shared.seat.is_known_home_of(task) {
        *slot = request;
        return call_unknown(target, cx, slot, task);
    }
    take_and_run(target, cx, slot, &mut request, |actor, life, request| {
        run(shared, life, method, task, actor, request)
    })
}

/// Like [`call`], for a task that is not known to be one of the actor's runtime, or an actor whose statistics
/// have been read.
#[cold]
#[inline(never)]
fn call_unknown<M: Message, R: 'static, Q: RunHere<M, R>>(
    target: Target<'_, M>,
    cx: &mut TaskContext<'_>,
    slot: &mut Option<Q>,
    task: u64,
) -> InlinePoll<R> {
    let Target { shared, method } = target;
    if !shared.seat.is_home_of(task) && !bug("a caller from elsewhere runs a handler") {
        if bug("a call from elsewhere is lost") {
            *slot = None;
        }
        return InlinePoll::NotIdle;
    }
    let mut request = slot.take();
    take_and_run(target, cx, slot, &mut request, |actor, life, request| {
        let is_watched = shared.begin_inline(method);
        let outcome = run(shared, life, method, task, actor, request);
        if is_watched {
            shared.end_inline();
        }
        outcome
    })
}

/// Takes the actor out of its seat, runs a handler with `run`, and puts the actor back.
#[inline(always)]
fn take_and_run<M: Message, R: 'static, Q: RunHere<M, R>>(
    target: Target<'_, M>,
    cx: &mut TaskContext<'_>,
    slot: &mut Option<Q>,
    request: &mut Option<Q>,
    run: impl FnOnce(&mut M::AtRest, &Life, &mut Option<Q>) -> Result<R, Box<Panicked>>,
) -> InlinePoll<R> {
    let Target { shared, method } = target;
    // Next to where the id of the task is read, so that it is checked once whether tokio's locals are there.
    // If another caller has the actor, a unit of the budget is lost.
    if shared.poll_turn_at_home(cx).is_pending() {
        *slot = request.take();
        return InlinePoll::Polled(Poll::Pending);
    }
    let Some(seat_box) = shared.seat.take().or_else(|| spin_for_actor(shared)) else {
        if !bug("a call is lost where another is run") {
            *slot = request.take();
        }
        return InlinePoll::NotIdle;
    };
    let mut guard = SeatGuard::new(shared, seat_box);
    let Some(SeatBox { content: Content::Actor(actor), life }) = guard.seat_box() else {
        *slot = request.take();
        return InlinePoll::NotIdle;
    };
    InlinePoll::Polled(Poll::Ready(match run(actor, life, request) {
        Ok(answer) => {
            guard.put_back();
            Ok(answer)
        }
        Err(panicked) => Err(guard.handle_panic(method, *panicked)),
    }))
}

/// Runs a handler of `actor`.
#[inline(always)]
fn run<M: Message, R: 'static, Q: RunHere<M, R>>(
    shared: &Shared<M>,
    life: &Life,
    method: &&'static str,
    task: u64,
    actor: &mut M::AtRest,
    request: &mut Option<Q>,
) -> Result<R, Box<Panicked>> {
    shared.count_unlocked();
    let running = current::running_inline(shared.id(), task, M::ACTOR, method);
    let outcome = observe::handling_here(life, M::ACTOR, method, || Q::run(request, actor));
    drop(running);
    outcome
}

/// Spins briefly for an actor that another caller holds, since most handlers return sooner than a task
/// is switched. Gives up once the loop is not resting.
#[cold]
fn spin_for_actor<M: Message>(shared: &Shared<M>) -> Option<Box<SeatBox<M>>> {
    /// The number of times that the seat is looked at.
    const ATTEMPTS: usize = if cfg!(shuttle) { 1 } else { 16 };
    /// The number of spin-loop hints before each.
    const PAUSES: usize = 8;
    for _ in 0..ATTEMPTS {
        (0..PAUSES).for_each(|_| hint::spin_loop());
        if !shared.is_resting() {
            return None;
        }
        if let Some(seat_box) = shared.seat.take() {
            return Some(seat_box);
        }
    }
    None
}
