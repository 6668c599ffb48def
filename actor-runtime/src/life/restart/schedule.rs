//! When an actor may be restarted, and how long it waits before.

use std::{
    collections::VecDeque,
    hash::{BuildHasher, Hasher, RandomState},
    ops::RangeInclusive,
    time::Duration,
};
use tokio::time::Instant;

use crate::life::restart::Restarts;

/// The restarts of one actor so far.
///
/// It reads tokio's clock, so that a test may pause it. Without a runtime that is the system's.
pub(super) struct Schedule {
    restarts: Restarts,
    /// When the last of them were needed, the oldest first.
    past: VecDeque<Instant>,
    /// When the current life was made.
    since: Instant,
    /// The number of restarts since a life lasted for the whole period.
    in_a_row: u32,
}

impl Schedule {
    pub(super) fn new(restarts: Restarts) -> Self {
        Self { restarts, past: VecDeque::new(), since: Instant::now(), in_a_row: 0 }
    }

    /// Returns how long to wait before the next life, or `None` if there may be none.
    pub(super) fn next(&mut self) -> Option<Duration> {
        let Restarts { most, within, backoff } = &self.restarts;
        let now = Instant::now();
        if *most != usize::MAX {
            while self.past.front().is_some_and(|at| now.duration_since(*at) >= *within) {
                self.past.pop_front();
            }
            if self.past.len() >= *most {
                return None;
            }
            self.past.push_back(now);
        }
        if now.duration_since(self.since) >= *within {
            self.in_a_row = 0;
        }
        let doubled = 1_u32.checked_shl(self.in_a_row).unwrap_or(u32::MAX);
        self.in_a_row = self.in_a_row.saturating_add(1);
        let wait = backoff.start().saturating_mul(doubled).min(*backoff.end());
        Some(jittered(wait, backoff, random()))
    }

    /// Records that a life was made.
    pub(super) fn begin(&mut self) {
        self.since = Instant::now();
    }
}

/// Returns `wait` with up to a tenth less or more, within `range`. `random` is any number.
fn jittered(wait: Duration, range: &RangeInclusive<Duration>, random: u64) -> Duration {
    /// Steps of a tenth.
    const STEPS: u32 = 1_000;
    let step = wait / (10 * STEPS);
    let steps = u32::try_from(random % u64::from(2 * STEPS + 1)).unwrap_or(STEPS);
    let shortest = wait.saturating_sub(step * STEPS);
    shortest.saturating_add(step * steps).clamp(*range.start(), *range.end())
}

/// Returns a number that is different for each call.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);

    fn exact(most: usize, within: Duration, wait: Duration) -> Schedule {
        Schedule::new(Restarts::new(most, within).backoff(wait..=wait))
    }

    #[tokio::test(start_paused = true)]
    async fn restarts_are_counted_within_the_period() {
        let mut schedule = exact(2, MINUTE, SECOND);
        assert_eq!(schedule.next(), Some(SECOND));
        tokio::time::advance(MINUTE / 2).await;
        assert_eq!(schedule.next(), Some(SECOND));
        assert_eq!(schedule.next(), None);
        tokio::time::advance(MINUTE / 2).await;
        assert_eq!(schedule.next(), Some(SECOND));
        assert_eq!(schedule.next(), None);
    }

    #[test]
    fn no_restart_may_be_allowed_and_any_number() {
        assert_eq!(exact(0, MINUTE, SECOND).next(), None);
        let mut schedule = Schedule::new(Restarts::at_once(usize::MAX, Duration::MAX));
        for _ in 0..10_000 {
            assert_eq!(schedule.next(), Some(Duration::ZERO));
        }
        assert_eq!(schedule.past.capacity(), 0, "nothing is kept");
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_is_doubled_until_a_life_has_lasted() {
        let backoff = Restarts::new(usize::MAX, MINUTE).backoff(SECOND..=5 * SECOND);
        let mut schedule = Schedule::new(backoff);
        let near = |wait: Option<Duration>, seconds: u32| {
            let (wait, seconds) = (wait.expect("a wait"), seconds * SECOND);
            let tenth = seconds / 10;
            assert!(
                wait >= seconds - tenth && wait <= seconds + tenth,
                "{wait:?} is not {seconds:?}"
            );
            assert!(wait >= SECOND && wait <= 5 * SECOND, "{wait:?}");
        };
        for seconds in [1, 2, 4, 5, 5] {
            near(schedule.next(), seconds);
            schedule.begin();
            tokio::time::advance(MINUTE / 2).await;
        }
        tokio::time::advance(MINUTE / 2).await;
        near(schedule.next(), 1);
        for _ in 0..100 {
            assert!(schedule.next().is_some_and(|wait| wait <= 5 * SECOND));
        }
    }

    #[test]
    fn jitter_is_a_tenth_and_within_the_range() {
        let range = Duration::ZERO..=Duration::MAX;
        assert_eq!(jittered(SECOND, &range, 0), SECOND - SECOND / 10);
        assert_eq!(jittered(SECOND, &range, 1_000), SECOND);
        assert_eq!(jittered(SECOND, &range, 2_000), SECOND + SECOND / 10);
        assert_eq!(jittered(SECOND, &(SECOND..=2 * SECOND), 0), SECOND);
        assert_eq!(jittered(2 * SECOND, &(SECOND..=2 * SECOND), 2_000), 2 * SECOND);
        assert_eq!(jittered(Duration::MAX, &range, 2_000), Duration::MAX);
        assert_ne!(random(), random());
    }
}
