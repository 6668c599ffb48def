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

    /// Whether there is time for another attempt, if the last one took `round`. Without, the call ends as one that was
    /// not accepted, and not as one of which nobody knows.
    pub(crate) fn may_come(&self, round: Duration) -> bool {
        Instant::now() + self.pause + round * 2 < self.deadline
    }

    pub(crate) async fn pause(&mut self) {
        sleep(self.pause).await;
        self.pause = PAUSES.1.min(self.pause * 2);
    }
}
