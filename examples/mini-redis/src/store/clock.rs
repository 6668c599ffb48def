//! The clock of the store, in milliseconds since the Unix epoch.

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::time::{Duration, Instant};

/// The longest sleep. The system time may be set, and does not pass evenly while the machine is suspended, so it
/// is compared with the next deadline again after this.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The system time, which deadlines are compared with, as in Redis.
#[derive(Clone)]
pub(crate) struct Clock {
    read: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

impl Clock {
    pub(crate) fn system() -> Self {
        Self::reading(SystemTime::now)
    }

    /// Creates a clock that shows the time that `read` returns.
    pub(crate) fn reading(read: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { read: Arc::new(read) }
    }

    pub(crate) fn now(&self) -> i64 {
        self.micros() / 1000
    }

    /// Returns the time in microseconds.
    pub(crate) fn micros(&self) -> i64 {
        let since_epoch = (self.read)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
    }

    /// Returns when to read the clock again to see whether it has reached `time`.
    pub(crate) fn instant(&self, time: i64) -> Instant {
        let left = time.saturating_mul(1000).saturating_sub(self.micros());
        let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
        Instant::now() + left.min(LONGEST_SLEEP)
    }
}
