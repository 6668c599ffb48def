//! How a member leaves its group without losing the requests that are on their way to it.
//!
//! A subscription that ends at once, also by the client's `drain`, forgets what the server has sent before it knows of the
//! end. One that ends after a number of messages does not: the server and the client count the same messages. So a member
//! under load asks for some more requests than can be on their way, and leaves after them. Without load there are none on
//! their way.

use std::time::Duration;

use async_nats::{Message, Subscriber};
use futures_util::{Stream, StreamExt, stream::unfold};
use tokio::time::{Instant, timeout_at};

/// How long requests are counted, to tell how many may be on their way.
const COUNTING: Duration = Duration::from_millis(10);

/// How long the last requests may take to come.
const LAST: Duration = Duration::from_millis(250);

/// More than are on their way, if `counted` have come in [`COUNTING`].
fn more_than_on_their_way(counted: u64) -> u64 {
    64 + 8 * counted
}

struct Leaving {
    subscriber: Subscriber,
    /// How many requests have come since the subscription began.
    received: u64,
    phase: Phase,
    /// When the phase ends.
    until: Instant,
}

enum Phase {
    /// Since `from` requests had come.
    Counting { from: u64 },
    /// The subscription ends after a number of requests.
    Counted,
    /// The subscription ends with what has come.
    Draining,
}

/// Leaves the group of `subscriber`, which has received so many requests. The stream gives the last ones.
pub(crate) fn leave(subscriber: Subscriber, received: u64) -> impl Stream<Item = Message> + Send {
    let until = Instant::now() + COUNTING;
    let leaving =
        Leaving { subscriber, received, phase: Phase::Counting { from: received }, until };
    unfold(leaving, async |mut leaving| Some((leaving.next().await?, leaving)))
}

impl Leaving {
    async fn next(&mut self) -> Option<Message> {
        loop {
            if matches!(self.phase, Phase::Draining) {
                return self.subscriber.next().await;
            }
            if Instant::now() < self.until
                && let Ok(message) = timeout_at(self.until, self.subscriber.next()).await
            {
                self.received += 1;
                return message;
            }
            self.go_on().await;
        }
    }

    async fn go_on(&mut self) {
        match self.phase {
            Phase::Counting { from } if self.received > from => {
                let more = more_than_on_their_way(self.received - from);
                // Without a connection nothing more arrives.
                let _ = self.subscriber.unsubscribe_after(self.received + more).await;
                self.phase = Phase::Counted;
                self.until = Instant::now() + LAST;
            }
            Phase::Counting { .. } | Phase::Counted => {
                let _ = self.subscriber.drain().await;
                self.phase = Phase::Draining;
            }
            Phase::Draining => {}
        }
    }
}
