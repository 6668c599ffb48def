//! The deadlines of keys, and a future that completes at the next one.

use std::{collections::BTreeSet, future::pending, pin::Pin};

use actor_runtime::cancel_safe;
use bytes::Bytes;
use tokio::time::{Sleep, sleep_until};

use super::clock::Clock;

/// The set of all deadlines, in order.
#[derive(Debug)]
pub(crate) struct Expiry {
    clock: Clock,
    deadlines: BTreeSet<(i64, usize, Bytes)>,
    /// The timer, and the deadline that it is set to. Created on first use, then reset.
    sleep: Option<(i64, Pin<Box<Sleep>>)>,
}

impl Expiry {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, deadlines: BTreeSet::new(), sleep: None }
    }

    pub(crate) fn insert(&mut self, deadline: i64, database: usize, key: Bytes) {
        self.deadlines.insert((deadline, database, key));
    }

    pub(crate) fn remove(&mut self, deadline: i64, database: usize, key: Bytes) {
        self.deadlines.remove(&(deadline, database, key));
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        self.deadlines.retain(|(_, database, _)| keep(*database));
    }

    /// Removes and returns a key whose deadline has passed.
    pub(crate) fn pop(&mut self, now: i64) -> Option<(usize, Bytes)> {
        if self.deadlines.first()?.0 > now {
            return None;
        }
        self.deadlines.pop_first().map(|(_, database, key)| (database, key))
    }

    /// Waits until a deadline has passed. Never completes if there is none.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe. It removes no deadline.
    #[cancel_safe]
    pub(crate) async fn due(&mut self) {
        loop {
            let Some(deadline) = self.deadlines.first().map(|first| first.0) else {
                return pending().await;
            };
            if deadline <= self.clock.now() {
                return;
            }
            repeatable(self.set(deadline));
            if let Some((_, sleep)) = &mut self.sleep {
                sleep.await;
            }
        }
    }

    fn set(&mut self, deadline: i64) {
        let instant = self.clock.instant(deadline);
        match &mut self.sleep {
            Some((set_to, sleep)) => {
                if *set_to != deadline || sleep.is_elapsed() {
                    *set_to = deadline;
                    sleep.as_mut().reset(instant);
                }
            }
            None => self.sleep = Some((deadline, Box::pin(sleep_until(instant)))),
        }
    }
}
