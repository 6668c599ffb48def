//! The actors that are served.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actor_runtime::{Replies, Reply, actor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::{
    sync::{Notify, Semaphore},
    time::timeout,
};

/// An actor whose handlers wait where a test wants them to.
#[derive(Debug, Default)]
pub struct Desk {
    /// The numbers of the handlers that ran.
    pub ran: Vec<u64>,
    /// What `take` takes, from the end.
    pub tickets: Vec<u64>,
    /// What handlers wait for, and what they tell.
    pub gate: Arc<Gate>,
}

/// What a test and a handler agree on.
#[derive(Debug)]
pub struct Gate {
    /// A handler that waits takes a permit.
    pub open: Semaphore,
    /// A handler that waits adds a permit.
    pub waiting: Semaphore,
    /// A body was dropped where it waited.
    pub dropped: Notify,
    /// The values that `count` has sent.
    pub sent: AtomicUsize,
    /// The reader of `count` has gone.
    pub left: Notify,
    /// Whether a late message was begun.
    pub was_late: AtomicBool,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            open: Semaphore::new(0),
            waiting: Semaphore::new(0),
            dropped: Notify::new(),
            sent: AtomicUsize::new(0),
            left: Notify::new(),
            was_late: AtomicBool::new(false),
        }
    }
}

impl Gate {
    /// Waits until `handlers` of them wait.
    ///
    /// # Panics
    ///
    /// Panics if they do not within 20 seconds: the calls have failed.
    pub async fn wait_for(&self, handlers: u32) {
        let waiting = timeout(Duration::from_secs(20), self.waiting.acquire_many(handlers)).await;
        waiting.expect("handlers wait").expect("it is not closed").forget();
    }

    async fn pass(&self) {
        self.waiting.add_permits(1);
        self.open.acquire().await.expect("it is not closed").forget();
    }
}

/// Tells that it was dropped, unless it was told to forget it.
struct Dropped(Arc<Gate>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.dropped.notify_one();
    }
}

#[actor(remote, mailbox = 2)]
impl Desk {
    /// Returns what it gets.
    pub fn echo(
        &mut self,
        text: &str,
        numbers: &[u64],
        perhaps: Option<i32>,
    ) -> (String, Vec<u64>, Option<i32>) {
        (text.to_owned(), numbers.to_vec(), perhaps)
    }

    /// Divides.
    pub fn divide(&self, dividend: u64, divisor: u64) -> Result<u64, String> {
        dividend.checked_div(divisor).ok_or_else(|| "division by zero".to_owned())
    }

    /// Remembers that it ran.
    pub fn run(&mut self, number: u64) {
        self.ran.push(number);
    }

    /// Remembers that it ran, after the gate.
    pub async fn wait(&mut self, number: u64) -> u64 {
        self.gate.pass().await;
        self.ran.push(number);
        number
    }

    /// Waits at the gate, and is dropped there if its caller goes.
    #[cancel_safe]
    pub async fn wait_marked(&self) {
        let dropped = Dropped(self.gate.clone());
        repeatable(self.gate.waiting.add_permits(1));
        tokio::time::sleep(Duration::from_secs(600)).await;
        mem::forget(dropped);
    }

    /// The numbers of those that ran.
    pub fn ran(&self) -> Vec<u64> {
        self.ran.clone()
    }

    /// Panics.
    pub fn panic(&mut self, text: String) {
        panic!("{text}");
    }

    /// Never answers.
    pub fn ignore(&mut self, reply: Reply<u64>) {
        drop(reply);
    }

    /// Answers later.
    pub fn later(&mut self, reply: Reply<u64>) {
        reply.send(7);
    }

    /// Takes a ticket, which comes back if nobody reads it.
    #[cancel_safe(undelivered = put_back)]
    pub fn take(&mut self) -> Option<u64> {
        self.tickets.pop()
    }

    fn put_back(&mut self, ticket: Option<u64>) {
        self.tickets.extend(ticket);
    }

    /// The tickets that are left.
    pub fn tickets(&self) -> Vec<u64> {
        self.tickets.clone()
    }

    /// Sets the tickets, as often as one likes.
    #[cancel_safe(idempotent)]
    pub fn set_tickets(&mut self, tickets: Vec<u64>) {
        self.tickets = tickets;
    }

    /// Counts to `end`.
    pub async fn count(&mut self, end: u64, mut numbers: Replies<u64>) {
        for number in 0..end {
            if numbers.send(number).await.is_err() {
                self.gate.left.notify_one();
                return;
            }
            self.gate.sent.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sends a value and panics.
    pub async fn count_and_panic(&mut self, mut numbers: Replies<u64>) {
        let _ = numbers.send(1).await;
        panic!("in the middle");
    }

    /// Returns so many bytes.
    pub fn bytes(&self, length: usize) -> Vec<u8> {
        vec![7; length]
    }

    /// Takes bytes.
    pub fn length(&self, bytes: Vec<u8>) -> usize {
        bytes.len()
    }

    /// A resource of this process.
    #[handler(local)]
    pub fn attach(&mut self, gate: Arc<Gate>) {
        self.gate = gate;
    }

    /// Ends the actor.
    #[handler(remote)]
    pub fn finish(self) -> Vec<u64> {
        self.ran
    }
}

/// Today's `Meter`.
pub mod new {
    use actor_runtime::actor;

    /// Counts.
    #[derive(Debug, Default)]
    pub struct Meter {
        /// The sum.
        pub total: u64,
    }

    #[actor(remote)]
    impl Meter {
        /// Adds. `note` was added later.
        pub fn add(&mut self, amount: u64, note: Option<String>) -> u64 {
            self.total += amount + note.map_or(0, |note| note.len() as u64);
            self.total
        }

        /// A handler that was added later.
        pub fn reset(&mut self) {
            self.total = 0;
        }

        /// Takes another type than it did.
        pub fn name(&mut self, name: String) -> String {
            name
        }

        /// Returns another type than it did.
        pub fn kind(&mut self) -> String {
            self.total += 100;
            "meter".to_owned()
        }
    }
}

/// `Meter` as it was.
pub mod old {
    use actor_runtime::actor;

    /// Counts.
    #[derive(Debug, Default)]
    pub struct Meter {
        /// The sum.
        pub total: u64,
    }

    #[actor(remote)]
    impl Meter {
        /// Adds.
        pub fn add(&mut self, amount: u64) -> u64 {
            self.total += amount;
            self.total
        }

        /// Takes a number.
        pub fn name(&mut self, name: u64) -> String {
            name.to_string()
        }

        /// Returns a number.
        pub fn kind(&mut self) -> u64 {
            self.total += 100;
            1
        }
    }
}

/// A value that panics where it is told to.
#[derive(Debug, Default, PartialEq)]
pub struct Bomb {
    when: When,
    /// It is not sent, so it is the dropping of the sender that panics.
    panics_when_dropped: bool,
}

/// When a [`Bomb`] panics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum When {
    /// Never.
    #[default]
    Never,
    /// When it is read.
    Read,
    /// When it is written.
    Written,
    /// When its sender drops it.
    Dropped,
}

impl Bomb {
    /// One that panics then.
    #[must_use]
    pub fn new(when: When) -> Self {
        Self { when, panics_when_dropped: when == When::Dropped }
    }
}

impl Serialize for Bomb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert_ne!(self.when, When::Written, "as it was told");
        self.when.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Bomb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let when = When::deserialize(deserializer)?;
        assert_ne!(when, When::Read, "as it was told");
        Ok(Self { when, panics_when_dropped: false })
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.panics_when_dropped, "as it was told");
    }
}

/// An actor that is sent such values, and answers with them.
#[derive(Debug, Default)]
pub struct Fuse {
    /// The marked answers that came back.
    pub back: usize,
}

#[actor(remote, mailbox = 2)]
impl Fuse {
    /// Takes one.
    pub fn light(&mut self, bomb: Bomb) -> When {
        bomb.when
    }

    /// Answers with one.
    pub fn make(&mut self, when: When) -> Bomb {
        Bomb::new(when)
    }

    /// Answers with one, which comes back if it does not arrive.
    #[cancel_safe(undelivered = keep)]
    pub fn take(&mut self, when: When) -> Bomb {
        Bomb::new(when)
    }

    fn keep(&mut self, _: Bomb) {
        self.back += 1;
    }

    /// How many came back.
    pub fn back(&self) -> usize {
        self.back
    }

    /// Answers with a stream of one that does not panic, and one that does.
    pub async fn make_two(&mut self, when: When, mut bombs: Replies<Bomb>) {
        let _ = bombs.send(Bomb::default()).await;
        let _ = bombs.send(Bomb::new(when)).await;
    }
}
