//! Waiting for room in a full mailbox of another process.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The first pause before it is tried again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

/// The pauses of a call that finds the mailbox full.
pub(crate) struct Room {
    deadline: Instant,
    pause: Duration,
}

impl Room {
    pub(crate) fn until(deadline: Instant) -> Self {
        Self { deadline, pause: PAUSES.0 }
    }

    /// Waits until it is time for another attempt, where the last one took `round`. Returns `false` if it would not be
    /// over by the deadline: the call ends with `Full`, and not with an outcome that is unknown.
    pub(crate) async fn may_come(&mut self, round: Duration) -> bool {
        // Timers are late by up to a millisecond, and a busy machine takes longer than the last time.
        let attempt = round * 2 + Duration::from_millis(2);
        if Instant::now() + self.pause + attempt > self.deadline {
            return false;
        }
        sleep(self.pause).await;
        self.pause = PAUSES.1.min(self.pause * 2);
        Instant::now() + attempt < self.deadline
    }
}
