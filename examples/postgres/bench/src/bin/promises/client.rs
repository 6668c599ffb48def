//! What the experiments need of a driver, so that each of them is written once.

use std::{error::Error, future::poll_fn, pin::pin, task::Poll, time::Duration};

use tokio::{
    runtime::Handle,
    sync::Notify,
    task,
    time::{Instant, sleep},
};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The longest that is waited for what one of the drivers may never do.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where a server, or a relay, listens on 127.0.0.1.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) database: String,
}

/// The task in which a value was decoded. `None` is the future that the runtime runs, which is the caller here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(Option<task::Id>);

impl Place {
    pub(crate) fn here() -> Self {
        Self(task::try_id())
    }
}

/// A session of a driver.
pub(crate) trait Client: Sized {
    /// A prepared statement.
    type Statement;
    /// A stream of rows.
    type Rows;

    async fn to(target: &Target) -> Result<Self>;

    /// Runs statements without parameters, by the simple protocol.
    async fn run(&self, sql: &str) -> Result<()>;

    /// Runs a statement by the extended protocol.
    async fn extended(&self, sql: &str) -> Result<()>;

    /// Queries one `int8`.
    async fn number(&self, sql: &str) -> Result<i64>;

    /// Queries one `int4`, and returns where it was decoded.
    async fn place(&self, sql: &str) -> Result<Place>;

    /// Prepares a query of one `int4`.
    async fn statement(&self, sql: &str) -> Result<Self::Statement>;

    /// Streams the rows of a query of one `int4`.
    async fn rows(&self, sql: &str) -> Result<Self::Rows>;

    /// The next row of a stream: where it was decoded.
    async fn next(rows: &mut Self::Rows) -> Result<Option<Place>>;

    /// Begins a transaction, runs a statement in it, says so, and never returns.
    async fn unfinished(&self, sql: &str, has_run: &Notify) -> Result<()>;

    /// Copies values into the only column of a table.
    async fn copy(&self, table: &str, values: impl Iterator<Item = String>) -> Result<u64>;

    /// A setting that the server announces.
    fn setting(&self, name: &str) -> Option<String>;

    /// Closes the session, and returns whether that went well.
    async fn end(self) -> bool;
}

/// The tasks of the current runtime, which are those of the driver.
pub(crate) fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Waits until a condition holds, but not forever. Returns whether it does.
pub(crate) async fn soon(mut holds: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !holds() {
        if begun.elapsed() > PATIENCE {
            return false;
        }
        sleep(Duration::from_millis(1)).await;
    }
    true
}

/// The number of tasks, once there are none or it does not change any more.
pub(crate) async fn tasks_left() -> usize {
    soon(|| tasks() == 0).await;
    tasks()
}

/// Polls a future as often as `polls` says, each time that it is woken, and then drops it.
pub(crate) async fn dropped<T>(future: impl Future<Output = T>, polls: u32) {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(move |context| {
        let is_over = polled == polls || future.as_mut().poll(context).is_ready();
        polled += 1;
        if is_over || polled >= polls { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
