//! Alarms on the system's clock, which need no runtime and which no test can pause.
//!
//! One thread wakes all futures whose alarms are due. The first alarm starts it, and it ends when
//! none is left.

use std::{
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// A point in time that a future waits for. Dropping it cancels the wait.
#[derive(Debug)]
pub(crate) struct Alarm {
    /// `None` if the clock does not reach that far.
    at: Option<Instant>,
    ticket: Option<usize>,
}

impl Alarm {
    /// Creates an alarm that is due when `duration` has elapsed.
    pub(crate) fn after(duration: Duration) -> Self {
        Self { at: Instant::now().checked_add(duration), ticket: None }
    }

    /// Whether the time has come.
    pub(crate) fn is_due(&self) -> bool {
        self.at.is_some_and(|at| Instant::now() >= at)
    }
}

#[cfg(not(shuttle))]
mod system {
    use std::{
        collections::BTreeMap,
        mem,
        task::Waker,
        thread::{self, Thread},
    };

    use super::{Alarm, Context, Duration, Instant, Poll};
    use crate::{
        sync::{Mutex, lock, unique},
        thread::waker::wake,
    };

    /// How long the thread sleeps at most, since it is not woken when an alarm is cancelled.
    const LONGEST_SLEEP: Duration = Duration::from_secs(60);

    static ALARMS: Mutex<Alarms> = Mutex::new(Alarms { waiting: BTreeMap::new(), thread: None });

    struct Alarms {
        waiting: BTreeMap<(Instant, usize), Waker>,
        /// The thread that sleeps until the first of them is due.
        thread: Option<Thread>,
    }

    impl Alarm {
        /// Completes once the alarm is due.
        pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
            let Some(at) = self.at else {
                return Poll::Pending;
            };
            if self.is_due() {
                return Poll::Ready(());
            }
            let waker = cx.waker().clone();
            let key = (at, *self.ticket.get_or_insert_with(unique));
            let mut alarms = lock(&ALARMS);
            let stale = alarms.waiting.insert(key, waker);
            let is_first = alarms.waiting.first_key_value().is_some_and(|(first, _)| *first == key);
            match &alarms.thread {
                Some(thread) if is_first => thread.unpark(),
                Some(_) => {}
                // If the system gives no thread, the next poll tries again.
                None => {
                    let name = "actor-alarms".to_owned();
                    let started = thread::Builder::new().name(name).spawn(wake_all);
                    alarms.thread = started.ok().map(|started| started.thread().clone());
                }
            }
            drop(alarms);
            drop(stale);
            Poll::Pending
        }
    }

    impl Drop for Alarm {
        fn drop(&mut self) {
            if let (Some(at), Some(ticket)) = (self.at, self.ticket) {
                let waker = lock(&ALARMS).waiting.remove(&(at, ticket));
                drop(waker);
            }
        }
    }

    /// The thread: wakes what is due, and sleeps until more is.
    fn wake_all() {
        loop {
            let mut alarms = lock(&ALARMS);
            let now = Instant::now();
            let later = alarms.waiting.split_off(&(now, usize::MAX));
            let due = mem::replace(&mut alarms.waiting, later);
            let next = alarms.waiting.first_key_value().map(|((at, _), _)| *at);
            if next.is_none() {
                alarms.thread = None;
            }
            drop(alarms);
            due.into_values().for_each(wake);
            match next {
                Some(next) => thread::park_timeout((next - now).min(LONGEST_SLEEP)),
                None => return,
            }
        }
    }
}

/// In a model there is no time: an alarm is due after it was polled a few times.
#[cfg(shuttle)]
impl Alarm {
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        const POLLS: usize = 4;
        let polls = self.ticket.get_or_insert(0);
        *polls += 1;
        if self.at.is_none() {
            return Poll::Pending;
        }
        if *polls > POLLS {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
