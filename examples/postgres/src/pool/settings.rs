//! How a pool behaves.

use std::time::Duration;

use actor_runtime::Restarts;

/// A pool whose actor panics more often is broken.
pub(super) const RESTARTS: Restarts = Restarts::at_once(100, Duration::from_secs(60));

/// The settings of a pool.
#[derive(Clone, Debug)]
pub struct PoolConfig {
    pub(super) size: usize,
    pub(super) min_idle: usize,
    pub(super) acquire_timeout: Duration,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) check_after: Duration,
    pub(super) reset: Reset,
}

/// What is done to a session before it is used by somebody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reset {
    /// A transaction that is open, or a statement that runs, is rolled back. Otherwise nothing is sent.
    #[default]
    Rollback,
    /// Also: cursors, settings, listeners, advisory locks, temporary tables and sequences are reset. Prepared
    /// statements are kept.
    Clean,
    /// `DISCARD ALL`: prepared statements are dropped, too.
    DiscardAll,
}

impl PoolConfig {
    /// Creates the settings of a pool with at most `size` sessions.
    ///
    /// # Panics
    ///
    /// If `size` is zero.
    #[must_use]
    pub fn new(size: usize) -> Self {
        assert!(size > 0, "a pool has at least one session");
        Self {
            size,
            min_idle: 0,
            acquire_timeout: Duration::from_secs(30),
            idle_timeout: Some(Duration::from_secs(600)),
            max_lifetime: Some(Duration::from_secs(1800)),
            check_after: Duration::from_secs(30),
            reset: Reset::Rollback,
        }
    }

    /// Keeps at least this many sessions, in use or not. Default: 0.
    #[must_use]
    pub fn min_idle(self, sessions: usize) -> Self {
        Self { min_idle: sessions.min(self.size), ..self }
    }

    /// Limits how long a caller waits for a session. Default: 30 s.
    #[must_use]
    pub fn acquire_timeout(self, limit: Duration) -> Self {
        Self { acquire_timeout: limit, ..self }
    }

    /// Closes sessions that were not used for this long. Default: 10 minutes.
    #[must_use]
    pub fn idle_timeout(self, limit: Duration) -> Self {
        Self { idle_timeout: Some(limit), ..self }
    }

    /// Closes sessions that are this old, once they are not in use. Default: 30 minutes.
    #[must_use]
    pub fn max_lifetime(self, limit: Duration) -> Self {
        Self { max_lifetime: Some(limit), ..self }
    }

    /// Asks the server whether it is still there before a session is used that was not used for this long.
    /// Default: 30 s.
    #[must_use]
    pub fn check_after(self, idle: Duration) -> Self {
        Self { check_after: idle, ..self }
    }

    /// Sets what is done to a session before it is used by somebody else. Default: [`Reset::Rollback`].
    #[must_use]
    pub fn reset(self, reset: Reset) -> Self {
        Self { reset, ..self }
    }
}
