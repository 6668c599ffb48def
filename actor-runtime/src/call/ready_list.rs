//! Which members of a set were woken, so that a set polls those and no others.
//!
//! # Invariants
//!
//! 1. A member is listed at most once. It is unlisted before it is polled, so a wake-up during the poll lists
//!    it again, and none is lost.
//! 2. The waker of the set is stored in the critical section in which the list was found to be empty.
//! 3. No code of the user runs under the lock.

use std::{
    collections::VecDeque,
    task::{Poll, Wake, Waker},
};

use crate::{
    sync::{Arc, AtomicBool, Mutex, Ordering, bug, gap, lock},
    thread::waker::{WakerToStore, wake},
};

/// The members that are to be polled, in the order in which they were woken.
#[derive(Default)]
pub(super) struct ReadyList(Arc<Mutex<List>>);

#[derive(Default)]
struct List {
    woken: VecDeque<u64>,
    waker: Option<Waker>,
}

/// The waker of one member.
pub(super) struct Member {
    id: u64,
    is_listed: AtomicBool,
    list: Arc<Mutex<List>>,
}

impl ReadyList {
    /// Lists a new member, which is yet to be polled.
    pub(super) fn add(&self, id: u64) -> Arc<Member> {
        lock(&self.0).woken.push_back(id);
        Arc::new(Member { id, is_listed: AtomicBool::new(true), list: self.0.clone() })
    }

    /// Takes the member that was woken first, or stores the waker of the set until one is woken.
    pub(super) fn poll_pop(&self, waker: &Waker) -> Poll<u64> {
        let mut waker = WakerToStore::new(waker);
        loop {
            let mut list = lock(&self.0);
            if let Some(id) = list.woken.pop_front() {
                return Poll::Ready(id);
            }
            list = gap("a set waits later than it looked", list, &self.0);
            if waker.store(&mut list.waker) {
                return Poll::Pending;
            }
            drop(list);
            waker.prepare();
        }
    }
}

impl Member {
    /// Calls `poll` with the waker of this member.
    pub(super) fn poll<T>(self: &Arc<Self>, poll: impl FnOnce(&Waker) -> T) -> T {
        let is_late = bug("a set notes what it polls later than it looks");
        if !is_late {
            self.is_listed.store(false, Ordering::SeqCst);
        }
        let output = poll(&Waker::from(self.clone()));
        if is_late {
            self.is_listed.store(false, Ordering::SeqCst);
        }
        output
    }
}

impl Wake for Member {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.is_listed.swap(true, Ordering::SeqCst) {
            return;
        }
        let mut list = lock(&self.list);
        list.woken.push_back(self.id);
        let waker = list.waker.take();
        drop(list);
        waker.into_iter().for_each(wake);
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    fn woken(list: &ReadyList) -> Vec<u64> {
        let pop = || match list.poll_pop(Waker::noop()) {
            Poll::Ready(id) => Some(id),
            Poll::Pending => None,
        };
        std::iter::from_fn(pop).collect()
    }

    #[test]
    fn a_member_is_listed_once_until_it_is_polled() {
        let list = ReadyList::default();
        let [first, second] = [1, 2].map(|id| list.add(id));
        assert_eq!(woken(&list), [1, 2]);
        first.wake_by_ref();
        assert_eq!(woken(&list), [0; 0], "it is listed and not polled yet");
        for member in [&first, &second] {
            member.poll(|_| {});
        }
        second.wake_by_ref();
        second.wake_by_ref();
        first.wake_by_ref();
        assert_eq!(woken(&list), [2, 1]);
    }

    #[test]
    fn a_wake_up_during_the_poll_lists_it_again() {
        let list = ReadyList::default();
        let member = list.add(1);
        assert_eq!(woken(&list), [1]);
        member.poll(Waker::wake_by_ref);
        assert_eq!(woken(&list), [1]);
    }
}
