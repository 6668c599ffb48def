//! The additional state of a slot whose handler is marked `#[cancel_safe]`.
//!
//! Every slot starts unmarked. The loop marks it when that makes a difference: when a marked body
//! waits and must be dropped if its caller is, or when its answer must return to the actor if it is
//! not read. So unmarked handlers pay nothing.
//!
//! # Invariants
//!
//! 1. An answer that may return is in exactly one place: in the slot, with the caller, or with the
//!    actor. It leaves the slot under the slot's lock.
//! 2. The actor's loop owns a share of the slot as long as the answer in it may return. So the
//!    reference count no longer tells whether the caller is there; the state does.
//! 3. The loop is notified through [`ReturnPath`] after the slot's lock is released.

use std::{
    future::{Future, poll_fn},
    mem,
    pin::pin,
    task::{Context, Poll, Waker},
};

use crate::{
    error::Failure,
    slot::{
        Slot, State, receiver::Receiver, reply::Reply, returns::ReturnPath, share::Share,
        watch::Watch,
    },
    sync::{Arc, AtomicBool, MutexGuard, Ordering, bug, lock},
    thread::batch,
    thread::waker::{WakerToStore, wake},
};

pub(super) struct Marked<T> {
    progress: Progress<T>,
    /// Set if the answer returns to the actor when it is not read.
    return_path: Option<ReturnPath>,
    /// Set when the slot leaves `Waiting`, for those who [watch](Watch) it.
    watch: Option<Arc<AtomicBool>>,
}

enum Progress<T> {
    /// No outcome yet. `handler` wakes the handler that is dropped with its caller.
    Waiting { caller: Option<Waker>, handler: Option<Waker> },
    /// Answered and not read. The number orders all answers of the actor.
    Answered(T, usize),
    /// The caller was dropped before there was an answer.
    Abandoned,
    /// Answered, and the caller can no longer read it.
    Returned(T),
}

impl<T> Marked<T> {
    /// Returns `true` if the caller's waker must be stored but has not been cloned yet.
    pub(super) fn needs_waker_clone(&self, waker: &WakerToStore<'_>) -> bool {
        matches!(&self.progress, Progress::Waiting { caller, .. } if !waker.is_ready(caller))
    }

    /// The answer that the caller can read.
    pub(super) fn answer(&self) -> Option<&T> {
        match &self.progress {
            Progress::Answered(answer, _) => Some(answer),
            Progress::Waiting { .. } | Progress::Abandoned | Progress::Returned(_) => None,
        }
    }

    /// Stores the waker of a caller who waits for the answer.
    pub(super) fn store_caller(&mut self, waker: &mut WakerToStore<'_>) {
        if let Progress::Waiting { caller, .. } = &mut self.progress {
            let _is_stored = waker.store(caller);
        }
    }

    /// Marks a slot that waits.
    fn waiting(caller: Option<Waker>) -> Box<Self> {
        let progress = Progress::Waiting { caller, handler: None };
        Box::new(Self { progress, return_path: None, watch: None })
    }

    /// Notifies those who watch the slot that its answer is not awaited any more.
    fn close_watch(&self) {
        if let Some(watch) = &self.watch {
            watch.store(true, Ordering::Release);
        }
    }

    /// Takes the answer out of a slot that only the caller owns.
    #[cold]
    pub(super) fn into_answer(self) -> Option<T> {
        let Progress::Answered(answer, _) = self.progress else {
            return None;
        };
        if let Some(path) = self.return_path {
            path.done();
        }
        Some(answer)
    }
}

impl<T> Slot<T> {
    /// Marks the slot: an answer that is not read returns on `path`.
    fn mark(&self, path: ReturnPath) {
        let mut state = lock(&self.state);
        let progress = match &mut *state {
            State::Marked(marked) => {
                let replaced = marked.return_path.replace(path);
                drop(state);
                // Nothing will return on the path that was replaced.
                replaced.iter().for_each(ReturnPath::done);
                return;
            }
            State::Waiting(caller) => Progress::Waiting { caller: caller.take(), handler: None },
            State::Closed => Progress::Abandoned,
            // The outcome is final (invariant 1 of the slot).
            State::Answered(_) | State::Failed(_) => return,
        };
        let marked = Marked { progress, return_path: Some(path), watch: None };
        *state = State::Marked(Box::new(marked));
    }

    /// [`Slot::settle`] for a slot that is not in [`State::Waiting`].
    #[cold]
    pub(super) fn settle_marked(
        &self,
        mut state: MutexGuard<'_, State<T>>,
        outcome: State<T>,
    ) -> Result<(), State<T>> {
        let State::Marked(marked) = &mut *state else {
            if bug("a caller who left is answered") {
                return if matches!(*state, State::Closed) { Ok(()) } else { Err(outcome) };
            }
            return Err(outcome);
        };
        let path = marked.return_path.clone();
        let Progress::Waiting { caller, handler } = &mut marked.progress else {
            drop(state);
            if let (Some(path), State::Failed(_)) = (path, &outcome) {
                path.done();
            }
            return Err(outcome);
        };
        let wakers = (caller.take(), handler.take());
        marked.close_watch();
        self.link.cut();
        let mut order = None;
        match (outcome, &path) {
            (State::Answered(answer), Some(path)) => {
                let next = path.next_order();
                marked.progress = Progress::Answered(answer, next);
                order = Some(next);
            }
            (outcome, _) => *state = outcome,
        }
        drop(state);
        match (path, order) {
            (Some(path), Some(order)) => path.answered(order),
            (Some(path), None) => path.done(),
            (None, _) => {}
        }
        wakers.0.into_iter().for_each(batch::wake_caller);
        Ok(())
    }

    /// Returns an answer to the actor whose caller was gone when it was sent, or drops it if the slot
    /// has no return path.
    #[cold]
    pub(super) fn return_answer(&self, answer: T) {
        let mut state = lock(&self.state);
        let State::Marked(marked) = &mut *state else {
            drop(state);
            return drop(answer);
        };
        let Some(path) = marked.return_path.take() else {
            drop(state);
            return drop(answer);
        };
        marked.progress = Progress::Returned(answer);
        drop(state);
        path.returned(path.next_order());
    }

    /// Notifies the loop that no answer will return, because the sender has it.
    #[cold]
    pub(super) fn cancel_return(&self) {
        let path = match &mut *lock(&self.state) {
            State::Marked(marked) => marked.return_path.take(),
            _ => None,
        };
        if let Some(path) = path {
            path.done();
        }
    }

    /// [`Slot::close`] for a marked slot.
    #[cold]
    pub(super) fn abandon(&self, mut state: MutexGuard<'_, State<T>>) {
        let State::Marked(marked) = &mut *state else {
            return;
        };
        match mem::replace(&mut marked.progress, Progress::Abandoned) {
            Progress::Waiting { caller, handler } => {
                if !bug("a callback is not told that its caller left") {
                    marked.close_watch();
                }
                if marked.return_path.is_none() {
                    *state = State::Closed;
                }
                drop(state);
                drop(caller);
                if bug("a body is not told that its caller left") {
                    return;
                }
                handler.into_iter().for_each(wake);
            }
            Progress::Answered(answer, order) => {
                if bug("an unread answer is dropped") {
                    *state = State::Closed;
                    return;
                }
                marked.progress = Progress::Returned(answer);
                let path = marked.return_path.take();
                drop(state);
                if let Some(path) = path {
                    path.returned(order);
                }
            }
            // Not reached: a receiver closes its slot once.
            progress @ (Progress::Abandoned | Progress::Returned(_)) => marked.progress = progress,
        }
    }

    /// Completes when the caller of a running handler is gone. Until then, stores the handler's waker.
    pub(super) fn poll_abandoned(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut state = lock(&self.state);
            if let State::Waiting(caller) = &mut *state {
                *state = State::Marked(Marked::waiting(caller.take()));
            }
            match &mut *state {
                State::Marked(marked) => match &mut marked.progress {
                    Progress::Waiting { handler, .. } => {
                        if waker.store(handler) {
                            return Poll::Pending;
                        }
                    }
                    Progress::Abandoned | Progress::Answered(..) | Progress::Returned(_) => {
                        return Poll::Ready(());
                    }
                },
                State::Closed => return Poll::Ready(()),
                State::Waiting(_) | State::Answered(_) | State::Failed(_) => return Poll::Pending,
            }
            drop(state);
            waker.prepare();
        }
    }

    /// Returns a watch, which closes when the slot leaves `Waiting`.
    #[cold]
    fn watch(&self) -> Watch {
        let mut state = lock(&self.state);
        if let State::Waiting(caller) = &mut *state {
            *state = State::Marked(Marked::waiting(caller.take()));
        }
        match &mut *state {
            State::Marked(marked) if matches!(marked.progress, Progress::Waiting { .. }) => {
                Watch::of(marked.watch.get_or_insert_with(Arc::default))
            }
            _ => Watch::closed(),
        }
    }

    /// Returns `true` if the caller is gone. Needed where the loop owns a share of the slot (see 2).
    pub(super) fn is_abandoned(&self) -> bool {
        match &*lock(&self.state) {
            State::Marked(marked) => {
                matches!(marked.progress, Progress::Abandoned | Progress::Returned(_))
            }
            State::Closed => true,
            State::Waiting(_) | State::Answered(_) | State::Failed(_) => false,
        }
    }
}

impl<T> Reply<T> {
    /// Returns a [`Watch`], which tells a callback whether the caller still waits for the answer.
    ///
    /// Use it for work that blocks, such as a query, and calls back from time to time. A handler that
    /// awaits uses [`gone`](Self::gone), and one that has the reply at hand asks
    /// [`is_closed`](Self::is_closed). The watch does not answer the call, and remains valid after the reply
    /// was sent.
    pub fn watch(&self) -> Watch {
        self.0.as_ref().map_or_else(Watch::closed, |slot| slot.watch())
    }

    /// Runs the body of a marked handler. Returns `None` if its caller is dropped first.
    #[doc(hidden)]
    pub async fn while_wanted<F: Future>(&self, body: F) -> Option<F::Output> {
        let mut body = pin!(body);
        poll_fn(|cx| {
            if let Poll::Ready(output) = body.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            match &self.0 {
                Some(slot) => slot.poll_abandoned(cx).map(|()| None),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Sends `answer`, which returns on `path` if it is not read.
    ///
    /// # Errors
    ///
    /// The answer, if the caller is gone or the message was cast.
    pub(crate) fn send_with_return(mut self, answer: T, path: ReturnPath) -> Result<Unread<T>, T> {
        let Some(slot) = self.0.take() else {
            return Err(answer);
        };
        slot.mark(path);
        let unread = Unread(slot.clone());
        match slot.settle(State::Answered(answer)) {
            Err((_, State::Answered(answer))) => Err(answer),
            _ => Ok(unread),
        }
    }

    /// Returns the same reply, whose answer will return on `path` if it is not read.
    pub(crate) fn with_return(mut self, path: ReturnPath) -> (Self, Unread<T>) {
        let slot = self.0.take().unwrap_or_else(|| {
            // The reply of a cast has no slot. One without a caller stands in for it.
            let (mut reply, receiver) = super::slot(None);
            drop(receiver);
            reply.0.take().expect("a new reply has a slot")
        });
        slot.mark(path);
        (Self(Some(slot.clone())), Unread(slot))
    }
}

/// The loop's share of a slot whose answer may return to the actor.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "only generated code sees one")]
pub struct Unread<T: 'static>(Share<T>);

impl<T> Unread<T> {
    /// Takes the answer if it has not been read. Afterwards the caller cannot read it.
    pub fn take(self) -> Option<T> {
        let mut state = lock(&self.0.state);
        let State::Marked(marked) = &mut *state else {
            return None;
        };
        let after = match &marked.progress {
            // The caller is still there. The loop takes such an answer only at the actor's end.
            Progress::Answered(..) => State::Failed(Failure::Stopped),
            Progress::Returned(_) => State::Closed,
            Progress::Waiting { .. } | Progress::Abandoned => return None,
        };
        let before = mem::replace(&mut *state, after);
        drop(state);
        match before {
            State::Marked(marked) => match marked.progress {
                Progress::Answered(answer, _) | Progress::Returned(answer) => Some(answer),
                Progress::Waiting { .. } | Progress::Abandoned => None,
            },
            _ => None,
        }
    }
}

impl<T> Receiver<T> {
    /// Takes the answer out of a locked slot whose state was replaced by `Closed`. If there is no
    /// answer yet, puts the state back and stores `waker`.
    #[cold]
    pub(super) fn read_marked(
        mut state: MutexGuard<'_, State<T>>,
        mut marked: Box<Marked<T>>,
        waker: Option<&mut WakerToStore<'_>>,
    ) -> Option<T> {
        match marked.progress {
            Progress::Answered(answer, _) => {
                drop(state);
                if let Some(path) = marked.return_path {
                    path.done();
                }
                Some(answer)
            }
            Progress::Waiting { .. } => {
                if let Some(waker) = waker {
                    marked.store_caller(waker);
                }
                *state = State::Marked(marked);
                drop(state);
                None
            }
            Progress::Abandoned | Progress::Returned(_) => {
                unreachable!("the receiver has not closed the slot")
            }
        }
    }
}
