//! Actors of every kind, in code that is free of clippy's warnings, `pedantic` and `nursery` included.
//! Anything that clippy finds here is in generated code, and reported at `#[actor]`, the name of a handler
//! or a type.
//!
//! One lint is expected: `future_not_send` (nursery) for `async fn` handlers of `local` actors, which stay on one thread.

#![warn(clippy::pedantic, clippy::nursery)]

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    io,
    path::{Path, PathBuf},
    rc::Rc,
    time::Duration,
};

use actor_runtime::{Context, Replies, Reply, actor, cancel_safe, spawn, spawn_local, start};
use tokio::{
    sync::mpsc,
    task::yield_now,
    time::{Instant, Interval, interval_at},
};

/// Handlers of every shape.
#[derive(Debug, Default)]
pub struct Everything {
    total: u64,
    names: Vec<String>,
    waiting: Vec<Reply<u64>>,
    path: PathBuf,
}

#[actor(mailbox = 8)]
impl Everything {
    /// Adds `amount` and returns the new total.
    pub const fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    /// Returns the total so far.
    #[must_use]
    pub const fn get(&self) -> u64 {
        self.total
    }

    /// Takes the last name, and takes it back if it is not read.
    #[cancel_safe(undelivered = put_back)]
    pub fn last_name(&mut self) -> Option<String> {
        self.names.pop()
    }

    /// Like `last_name`, after a wait.
    #[cancel_safe(undelivered = put_back)]
    pub async fn last_name_slowly(&mut self) -> Option<String> {
        self.nap().await;
        self.names.pop()
    }

    /// Like `last_name`, through a `Reply`.
    #[cancel_safe(undelivered = put_back)]
    pub fn last_name_later(&mut self, reply: Reply<Option<String>>) {
        reply.send(self.names.pop());
    }

    /// Changes nothing.
    #[cancel_safe]
    pub async fn has_names(&self) -> bool {
        self.nap().await;
        !self.names.is_empty()
    }

    #[cancel_safe]
    async fn nap(&self) {
        tokio::time::sleep(std::time::Duration::ZERO).await;
    }

    fn put_back(&mut self, name: Option<String>) {
        self.names.extend(name);
    }

    /// Has no arguments and no result.
    pub const fn clear(&mut self) {
        self.total = 0;
    }

    /// Changes the path, after a wait.
    ///
    /// # Errors
    ///
    /// Never fails.
    pub async fn move_to(&mut self, path: &Path, name: &str) -> io::Result<usize> {
        tokio::task::yield_now().await;
        self.path = path.join(name);
        Ok(self.path.as_os_str().len())
    }

    /// Takes borrowed, moved and large arguments.
    pub fn rename(&mut self, names: &[String], extra: Option<Vec<String>>, bytes: [u8; 512]) -> u8 {
        self.names = [names, &extra.unwrap_or_default()].concat();
        bytes[0]
    }

    /// Takes patterns and an unused argument.
    #[must_use]
    pub const fn sum(&self, (one, other): (u64, u64), _unused: u64, mut third: u64) -> u64 {
        third += one + other;
        third + self.total
    }

    /// Takes four flags.
    #[expect(clippy::fn_params_excessive_bools, reason = "tests that lint levels are copied")]
    #[must_use]
    pub const fn flags(&self, a: bool, b: bool, c: bool, d: bool) -> bool {
        a && b && c && d && self.total > 0
    }

    /// Takes many arguments.
    #[expect(clippy::too_many_arguments, reason = "tests that lint levels are copied")]
    #[must_use]
    pub fn many(&self, a1: u8, a2: u8, a3: u8, a4: u8, a5: u8, a6: u8, a7: u8, a8: u8) -> u8 {
        a1 ^ a2 ^ a3 ^ a4 ^ a5 ^ a6 ^ a7 ^ a8 ^ u8::from(self.total > 0)
    }

    /// Replies later.
    pub fn wait(&mut self, reply: Reply<u64>) {
        self.waiting.push(reply);
    }

    /// Replies to all waiting callers.
    pub fn open(&mut self, context: &Context<Self>) -> bool {
        for reply in self.waiting.drain(..) {
            reply.send(self.total);
        }
        !context.handle().is_closed()
    }

    /// Replies with a stream.
    pub async fn list(&self, mut replies: Replies<String>) {
        for name in self.names.clone() {
            if replies.send(name).await.is_err() {
                return;
            }
        }
    }

    /// Runs even if its caller is gone.
    #[handler(run_abandoned)]
    pub const fn count(&mut self) {
        self.total += 1;
    }

    /// Returns a value that must be used.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Is deprecated.
    #[deprecated = "use `get`"]
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    #[cfg(unix)]
    pub(crate) fn conditional(&mut self, #[cfg(windows)] drive: char, #[cfg(unix)] root: &str) {
        self.path = root.into();
    }

    #[on_start]
    async fn load(&mut self, _context: &Context<Self>) -> Result<(), io::Error> {
        tokio::task::yield_now().await;
        self.names.clear();
        if self.total > 1000 { Err(io::ErrorKind::InvalidInput.into()) } else { Ok(()) }
    }

    #[on_idle]
    fn tidy(&mut self) {
        self.names.dedup();
    }

    #[on_stop]
    async fn save(&mut self) {
        tokio::task::yield_now().await;
        self.names.clear();
    }

    /// Ends the actor.
    #[must_use]
    pub fn finish(self) -> u64 {
        self.total
    }

    /// Ends the actor, after a wait.
    pub async fn close(self, name: &str) -> Vec<String> {
        tokio::task::yield_now().await;
        let mut names = self.names;
        names.push(name.to_owned());
        names
    }
}

/// Has a single handler.
#[derive(Debug)]
pub struct Single;

#[actor]
impl Single {
    /// Returns a number.
    #[must_use]
    pub const fn get(&self) -> u64 {
        3
    }
}

/// Has only a final handler.
#[derive(Debug)]
pub struct Final;

#[actor(mailbox = unbounded)]
impl Final {
    /// Ends the actor.
    pub const fn finish(self) {}
}

/// Has type parameters.
#[derive(Debug)]
pub struct Table<K, V, const N: usize> {
    rows: BTreeMap<K, V>,
}

#[actor(handle = Rows, message = TableOrder)]
impl<K: Ord, V, const N: usize> Table<K, V, N>
where
    V: Display + Clone,
{
    /// The maximum number of rows.
    pub const LIMIT: usize = N;

    /// Inserts a row, and returns the one it replaces.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.rows.insert(key, value)
    }

    /// Returns all rows.
    #[must_use]
    pub fn rows(&self) -> Vec<V> {
        self.rows.values().cloned().collect()
    }

    /// Ends the actor, and returns it.
    #[must_use]
    pub const fn into_rows(self) -> Self {
        self
    }
}

/// Has sources of events.
#[derive(Debug)]
pub struct Watcher {
    numbers: mpsc::UnboundedReceiver<u64>,
    ticks: Interval,
    total: u64,
}

#[actor(first = sources)]
impl Watcher {
    /// Returns the total.
    #[must_use]
    pub const fn get(&self) -> u64 {
        self.total
    }

    #[on(self.numbers.recv(), if self.total < 1000)]
    const fn number(&mut self, number: u64) {
        self.total += number;
    }

    #[on(self.ticks.tick())]
    async fn tick(&mut self, _: Instant, context: &Context<Self>) {
        yield_now().await;
        self.total /= 2;
        if self.total > 1000 {
            context.stop();
        }
    }
}

/// An actor that is not `Send`.
pub mod local {
    #![expect(clippy::future_not_send, reason = "a local actor's futures stay on one thread")]

    use std::rc::Rc;

    use actor_runtime::actor;

    /// Is not `Send`.
    #[derive(Debug)]
    pub struct Local {
        pub(super) total: Rc<u64>,
    }

    #[actor(local)]
    impl Local {
        /// Returns the total.
        #[must_use]
        pub fn get(&self) -> u64 {
            *self.total
        }

        /// Returns the total, after a wait.
        pub async fn get_later(&self) -> u64 {
            tokio::task::yield_now().await;
            *self.total
        }
    }
}

impl Display for EverythingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

#[test]
fn actors_of_every_kind_reply() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime.expect("a runtime"), async {
        let everything = start(Everything::default()).await.expect("a start");
        assert_eq!(everything.add(2).await, Ok(2));
        assert_eq!(everything.sum((1, 2), 9, 3).await, Ok(8));
        assert_eq!(everything.close("end").await, Ok(vec!["end".to_owned()]));
        assert_eq!(spawn(Single).get().await, Ok(3));
        assert_eq!(spawn(Final).finish().await, Ok(()));
        let table: Rows<u8, &str, 4> = spawn(Table::<_, _, 4> { rows: BTreeMap::new() });
        assert_eq!(table.insert(1, "one").await, Ok(None));
        let (sender, numbers) = mpsc::unbounded_channel();
        // Its first tick does not come between the number and the call.
        let long = Duration::from_secs(10_000);
        let ticks = interval_at(Instant::now() + long, long);
        let watcher = spawn(Watcher { numbers, ticks, total: 0 });
        sender.send(7).expect("the watcher lives");
        yield_now().await;
        assert_eq!(watcher.get().await, Ok(7));
        assert_eq!(spawn_local(local::Local { total: Rc::new(3) }).get().await, Ok(3));
    });
}
