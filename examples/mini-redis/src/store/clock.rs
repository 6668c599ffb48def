//! The clock of the store, in milliseconds since the Unix epoch.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::{Duration, Instant};

/// A monotonic clock.
///
/// It reads the system time once and measures from there, so setting the system time neither revives keys
/// nor expires them early.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    /// The system time at `started`.
    offset: i64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let offset = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        Self { started: Instant::now(), offset }
    }

    pub(crate) fn now(self) -> i64 {
        let elapsed = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.offset.saturating_add(elapsed)
    }

    /// Returns the instant at which [`now`](Self::now) reaches `time`, but at most a year from now.
    pub(crate) fn instant(self, time: i64) -> Instant {
        const LATE: Duration = Duration::from_secs(86_400 * 365);
        let after = u64::try_from(time.saturating_sub(self.offset)).unwrap_or(0);
        let late = Instant::now() + LATE;
        self.started.checked_add(Duration::from_millis(after)).unwrap_or(late).min(late)
    }
}
