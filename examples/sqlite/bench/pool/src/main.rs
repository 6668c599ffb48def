//! Measures reads of many callers: one connection, a pool of readers, and sqlx's pool.
//!
//! ```console
//! $ cargo run --release --manifest-path examples/sqlite/bench/pool/Cargo.toml
//! ```
//!
//! Contestants alternate, and a ratio is the median of the ratios within the same round, so that load on the machine
//! affects both sides. The pools have a connection for each core.

use std::{env, future::Future, path::Path, process::ExitCode, time::Instant};

use actor_runtime::Builder;
use rusqlite::Connection;
use sqlite_actor::{Database, DatabaseHandle, Options, Pool, Value};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::{runtime::Runtime, task::JoinSet};

const SCHEMA: &[&str] =
    &["CREATE TABLE event (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
       INSERT INTO event (text) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
           SELECT 'somebody said something to somebody else' FROM n"];
const ROWS: i64 = 10_000;
/// A read that takes as long as its parameter says.
const SLOW: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT count(*) FROM n";
const QUICK: &str = "SELECT length(text) FROM event WHERE id = ?1";
const NAMES: [&str; 4] = ["sqlx", "one connection", "one, batched", "pool"];

#[derive(Clone, Copy)]
struct Workload {
    name: &'static str,
    sql: &'static str,
    callers: u64,
    reads: u64,
    /// The smallest parameter, and the largest.
    values: (i64, i64),
}

/// A way to read. The method panics on errors.
trait Contestant: Clone + Send + 'static {
    fn read(&self, sql: &'static str, value: i64) -> impl Future<Output = ()> + Send;
}

impl Contestant for DatabaseHandle {
    async fn read(&self, sql: &'static str, value: i64) {
        let rows = self.query(sql, vec![Value::Integer(value)]).await.expect("an answer");
        assert_eq!(rows.expect("rows").len(), 1);
    }
}

impl Contestant for Pool {
    async fn read(&self, sql: &'static str, value: i64) {
        let rows = self.query(sql, vec![Value::Integer(value)]).await;
        assert_eq!(rows.expect("rows").len(), 1);
    }
}

impl Contestant for SqlitePool {
    async fn read(&self, sql: &'static str, value: i64) {
        let rows = sqlx::query(sql).bind(value).fetch_all(self).await;
        assert_eq!(rows.expect("rows").len(), 1);
    }
}

struct All {
    sqlx: SqlitePool,
    one: DatabaseHandle,
    batched: DatabaseHandle,
    pool: Pool,
}

impl All {
    async fn open(file: &Path, connections: usize) -> Self {
        let options = Options::new(file, SCHEMA);
        let open = |batch| {
            let options = options.clone();
            Builder::new().batch(batch).start_thread(move || Database::open(&options))
        };
        let one = open(0).await.expect("a database");
        let batched = open(64).await.expect("a database");
        let pool = Pool::start(one.clone(), &options, connections).await.expect("readers");
        let settings = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let connections = u32::try_from(connections).expect("few cores");
        let sqlx = SqlitePoolOptions::new()
            .min_connections(connections)
            .max_connections(connections)
            .connect_with(settings);
        Self { sqlx: sqlx.await.expect("a pool"), one, batched, pool }
    }

    /// Returns the reads per second of a contestant.
    fn run(&self, runtime: &Runtime, index: usize, workload: Workload) -> f64 {
        let begun = Instant::now();
        match index {
            0 => runtime.block_on(drive(&self.sqlx, workload)),
            1 => runtime.block_on(drive(&self.one, workload)),
            2 => runtime.block_on(drive(&self.batched, workload)),
            _ => runtime.block_on(drive(&self.pool, workload)),
        }
        workload.reads as f64 / begun.elapsed().as_secs_f64()
    }
}

/// Divides the reads among callers, each of which waits for every reply.
async fn drive<C: Contestant>(contestant: &C, workload: Workload) {
    let mut tasks = JoinSet::new();
    for caller in 0..workload.callers {
        let contestant = contestant.clone();
        tasks.spawn(async move {
            let mut rng = fastrand::Rng::with_seed(caller);
            for _ in 0..workload.reads / workload.callers {
                let value = rng.i64(workload.values.0..=workload.values.1);
                contestant.read(workload.sql, value).await;
            }
        });
    }
    while let Some(finished) = tasks.join_next().await {
        finished.expect("a caller that does not panic");
    }
}

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let rounds = match (words.next().as_deref(), words.next().map(|count| count.parse())) {
        (None, _) => 11,
        (Some("--rounds"), Some(Ok(count))) => count,
        _ => {
            eprintln!("usage: sqlite-pool-bench [--rounds N]");
            return ExitCode::from(2);
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let directory = tempfile::tempdir().expect("a directory");
    let runtime = Runtime::new().expect("a runtime");
    let all = runtime.block_on(All::open(&directory.path().join("events.db"), cores));
    let steps = steps_of_a_millisecond(&directory.path().join("events.db"));
    println!("{rounds} rounds, SQLite {}, {cores} cores and connections\n", rusqlite::version());
    for workload in [
        Workload { name: "1 ms reads", sql: SLOW, callers: 64, reads: 960, values: (steps, steps) },
        Workload { name: "selects", sql: QUICK, callers: 1, reads: 1_600, values: (1, ROWS) },
        Workload { name: "selects", sql: QUICK, callers: 64, reads: 6_400, values: (1, ROWS) },
    ] {
        let mut found = Vec::new();
        for round in 0..rounds {
            let mut speeds = [0.0; NAMES.len()];
            for turn in 0..NAMES.len() {
                let index = (turn + round) % NAMES.len();
                speeds[index] = all.run(&runtime, index, workload);
            }
            found.push(speeds);
        }
        println!("{}, {} callers", workload.name, workload.callers);
        for (index, name) in NAMES.iter().enumerate() {
            let speed = median(found.iter().map(|speeds| speeds[index]).collect());
            let ratio = median(found.iter().map(|speeds| speeds[index] / speeds[0]).collect());
            println!("{name:>16} {speed:>10.0} per second {ratio:>8.2} of sqlx");
        }
        println!();
    }
    runtime.block_on(all.pool.shutdown());
    ExitCode::SUCCESS
}

/// Returns the parameter of [`SLOW`] with which it takes a millisecond.
fn steps_of_a_millisecond(file: &Path) -> i64 {
    let connection = Connection::open(file).expect("a database");
    let steps = 100_000;
    let times = (0..5).map(|_| {
        let begun = Instant::now();
        let count: i64 = connection.query_row(SLOW, [steps], |row| row.get(0)).expect("a row");
        assert_eq!(count, steps);
        begun.elapsed().as_secs_f64()
    });
    (steps as f64 * 1e-3 / median(times.collect())) as i64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
