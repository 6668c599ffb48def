//! What time it is, in milliseconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::{Duration, Instant};

/// A clock that never goes back: who sets the system's clock neither revives a key nor ends it early.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    /// What the system's clock said then.
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

    /// The moment at which [`now`](Self::now) will give `time`, or a very late one.
    pub(crate) fn instant(self, time: i64) -> Instant {
        const LATE: Duration = Duration::from_secs(86_400 * 365);
        let after = u64::try_from(time.saturating_sub(self.offset)).unwrap_or(0);
        let late = Instant::now() + LATE;
        self.started.checked_add(Duration::from_millis(after)).unwrap_or(late).min(late)
    }
}
