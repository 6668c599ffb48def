//! What a slot does in addition if its handler is marked `#[cancel_safe]`.
//!
//! A slot begins like any other. It becomes a marked one in the loop, when that makes a difference:
//! when a marked body waits, which is to be dropped with its caller, or when its answer is to come back.
//! So a handler that is not marked pays nothing.
//!
//! Invariants:
//!
//! 1. An answer that may come back is in one place: in the slot, with the caller, or with the actor.
//!    It leaves the slot under the lock of the slot.
//! 2. The actor's loop owns a share of the slot as long as an answer in it may come back. So the share
//!    count says nothing any more about the caller; the state does.
//! 3. Whatever the loop has to know is told to it after the lock was released.

use std::{
    future::{Future, poll_fn},
    mem,
    pin::pin,
    task::{Context, Poll, Waker},
};

use crate::{
    error::Failure,
    slot::{Slot, State, receiver::Receiver, reply::Reply, returns::Way},
    sync::{Arc, MutexGuard, bug, lock},
    thread::batch,
    waker::{WakerToStore, wake},
};

pub(super) struct Marked<T> {
    stage: Stage<T>,
    /// How the answer comes back, if it does.
    way: Option<Way>,
}

enum Stage<T> {
    /// No outcome yet. The wakers are the caller's, and that of the handler that is to be dropped
    /// with its caller.
    Waiting { caller: Option<Waker>, handler: Option<Waker> },
    /// Not read. With its place among all answers of the actor.
    Answered(T, usize),
    /// The caller went away before there was an answer.
    Left,
    /// Answered, and nobody will read it.
    Returned(T),
}

impl<T> Marked<T> {
    /// Whether the caller's waker has to be stored, and its clone is not made yet.
    pub(super) fn is_unready(&self, waker: &WakerToStore<'_>) -> bool {
        matches!(&self.stage, Stage::Waiting { caller, .. } if !waker.is_ready(caller))
    }

    /// The answer, if the caller alone has the slot.
    #[cold]
    pub(super) fn into_answer(self) -> Option<T> {
        let Stage::Answered(answer, _) = self.stage else {
            return None;
        };
        if let Some(way) = self.way {
            way.done();
        }
        Some(answer)
    }
}

impl<T> Slot<T> {
    /// Has the answer come back on this way if nobody reads it.
    fn mark(&self, way: Way) {
        let mut state = lock(&self.state);
        let stage = match &mut *state {
            State::Marked(marked) => {
                let before = marked.way.replace(way);
                drop(state);
                // Nothing will come back on that one.
                before.iter().for_each(Way::done);
                return;
            }
            State::Waiting(caller) => Stage::Waiting { caller: caller.take(), handler: None },
            State::Closed => Stage::Left,
            // Nothing will be answered any more.
            State::Answered(_) | State::Failed(_) => return,
        };
        *state = State::Marked(Box::new(Marked { stage, way: Some(way) }));
    }

    /// [`Slot::settle`], for a slot that is not simply waiting.
    #[cold]
    pub(super) fn settle_marked(
        &self,
        mut state: MutexGuard<'_, State<T>>,
        outcome: State<T>,
    ) -> Result<(), State<T>> {
        let State::Marked(marked) = &mut *state else {
            return Err(outcome);
        };
        let way = marked.way.clone();
        let Stage::Waiting { caller, handler } = &mut marked.stage else {
            drop(state);
            if let (Some(way), State::Failed(_)) = (way, &outcome) {
                way.done();
            }
            return Err(outcome);
        };
        let wakers = (caller.take(), handler.take());
        let mut order = None;
        match (outcome, &way) {
            (State::Answered(answer), Some(way)) => {
                let place = way.order();
                marked.stage = Stage::Answered(answer, place);
                order = Some(place);
            }
            (outcome, _) => *state = outcome,
        }
        drop(state);
        match (way, order) {
            (Some(way), Some(order)) => way.answered(order),
            (Some(way), None) => way.done(),
            (None, _) => {}
        }
        self.link.cut();
        wakers.0.into_iter().for_each(batch::wake_caller);
        Ok(())
    }

    /// Takes an answer that its caller did not wait for. Without a way back, it is dropped.
    #[cold]
    pub(super) fn give_back(&self, answer: T) {
        let mut state = lock(&self.state);
        let State::Marked(marked) = &mut *state else {
            drop(state);
            return drop(answer);
        };
        let Some(way) = marked.way.take() else {
            drop(state);
            return drop(answer);
        };
        marked.stage = Stage::Returned(answer);
        drop(state);
        way.returned(way.order());
    }

    /// Tells the loop that no answer will come back: it was handed to whoever gave it.
    #[cold]
    pub(super) fn keep_nothing(&self) {
        let way = match &mut *lock(&self.state) {
            State::Marked(marked) => marked.way.take(),
            _ => None,
        };
        if let Some(way) = way {
            way.done();
        }
    }

    /// The caller goes away.
    #[cold]
    pub(super) fn leave(&self, mut state: MutexGuard<'_, State<T>>) {
        let State::Marked(marked) = &mut *state else {
            return;
        };
        match mem::replace(&mut marked.stage, Stage::Left) {
            Stage::Waiting { caller, handler } => {
                if marked.way.is_none() {
                    *state = State::Closed;
                }
                drop(state);
                drop(caller);
                if !bug("a body is not told that its caller left") {
                    handler.into_iter().for_each(wake);
                }
            }
            Stage::Answered(_, _) if bug("an unread answer is dropped") => *state = State::Closed,
            Stage::Answered(answer, order) => {
                marked.stage = Stage::Returned(answer);
                let way = marked.way.take();
                drop(state);
                if let Some(way) = way {
                    way.returned(order);
                }
            }
            // The caller leaves once.
            stage @ (Stage::Left | Stage::Returned(_)) => marked.stage = stage,
        }
    }

    /// Whether the caller of a handler that runs went away. If not, the handler is woken when it does.
    fn has_left(&self, cx: &mut Context<'_>) -> bool {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut state = lock(&self.state);
            if let State::Waiting(caller) = &mut *state {
                let stage = Stage::Waiting { caller: caller.take(), handler: None };
                *state = State::Marked(Box::new(Marked { stage, way: None }));
            }
            match &mut *state {
                State::Marked(marked) => match &mut marked.stage {
                    Stage::Waiting { handler, .. } => {
                        if waker.store(handler) {
                            return false;
                        }
                    }
                    Stage::Left | Stage::Answered(..) | Stage::Returned(_) => return true,
                },
                State::Closed => return true,
                State::Waiting(_) | State::Answered(_) | State::Failed(_) => return false,
            }
            drop(state);
            waker.prepare();
        }
    }

    /// Whether the caller went away, of a slot that the loop has a share of.
    pub(super) fn is_left(&self) -> bool {
        match &*lock(&self.state) {
            State::Marked(marked) => matches!(marked.stage, Stage::Left | Stage::Returned(_)),
            State::Closed => true,
            State::Waiting(_) | State::Answered(_) | State::Failed(_) => false,
        }
    }
}

impl<T> Reply<T> {
    /// Runs the body of a marked handler, as long as its caller is there to read its answer.
    #[doc(hidden)]
    pub async fn while_wanted<F: Future>(&self, body: F) -> Option<F::Output> {
        let mut body = pin!(body);
        poll_fn(|cx| {
            if let Poll::Ready(output) = body.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            match &self.0 {
                Some(slot) if slot.has_left(cx) => Poll::Ready(None),
                _ => Poll::Pending,
            }
        })
        .await
    }

    /// Answers, so that the answer comes back on `way` if nobody reads it.
    ///
    /// # Errors
    ///
    /// The answer, if the caller has gone already.
    pub(crate) fn send_on(mut self, answer: T, way: Way) -> Result<Unread<T>, T> {
        let Some(slot) = self.0.take() else {
            return Err(answer);
        };
        slot.mark(way);
        let unread = Unread(slot.clone());
        match slot.settle(State::Answered(answer)) {
            Err((_, State::Answered(answer))) => Err(answer),
            _ => Ok(unread),
        }
    }

    /// The same reply, whose answer will come back on `way` if nobody reads it.
    pub(crate) fn on(mut self, way: Way) -> (Self, Unread<T>) {
        let slot = self.0.take().unwrap_or_else(|| {
            // Of a cast: nobody ever waited.
            let (mut reply, receiver) = super::slot(None);
            drop(receiver);
            reply.0.take().expect("a slot was just made")
        });
        slot.mark(way);
        (Self(Some(slot.clone())), Unread(slot))
    }
}

/// An answer that may come back to its actor.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "only generated code sees one")]
pub struct Unread<T: 'static>(Arc<Slot<T>>);

impl<T> Unread<T> {
    /// The answer, if nobody has read it. From now on nobody will.
    pub fn take(self) -> Option<T> {
        let mut state = lock(&self.0.state);
        let State::Marked(marked) = &mut *state else {
            return None;
        };
        // Whoever still waits learns that the actor stopped: nothing else makes it take back what
        // somebody could read.
        let after = match &marked.stage {
            Stage::Answered(..) => State::Failed(Failure::Stopped),
            Stage::Returned(_) => State::Closed,
            Stage::Waiting { .. } | Stage::Left => return None,
        };
        let before = mem::replace(&mut *state, after);
        drop(state);
        match before {
            State::Marked(marked) => match marked.stage {
                Stage::Answered(answer, _) | Stage::Returned(answer) => Some(answer),
                Stage::Waiting { .. } | Stage::Left => None,
            },
            _ => None,
        }
    }
}

impl<T> Receiver<T> {
    /// Takes the answer out of a slot that is locked, and was left empty for the moment. If there is
    /// none yet, `waker` is woken when there is.
    #[cold]
    pub(super) fn read_marked(
        mut state: MutexGuard<'_, State<T>>,
        mut marked: Box<Marked<T>>,
        waker: Option<&mut WakerToStore<'_>>,
    ) -> Option<T> {
        match marked.stage {
            Stage::Answered(answer, _) => {
                drop(state);
                if let Some(way) = marked.way {
                    way.done();
                }
                Some(answer)
            }
            Stage::Waiting { ref mut caller, .. } => {
                if let Some(waker) = waker {
                    let _is_stored = waker.store(caller);
                }
                *state = State::Marked(marked);
                drop(state);
                None
            }
            Stage::Left | Stage::Returned(_) => unreachable!("the caller is here"),
        }
    }
}
