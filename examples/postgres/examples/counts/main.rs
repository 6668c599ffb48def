//! Runs the same queries through a session or through tokio-postgres, for `counts.sh`, which counts system calls; or
//! leaves a stream of 1 GB unread, and measures memory.

use std::{env, error::Error, fs, sync::Arc, time::Duration};

use postgres_actor::{Config, Session};
use tokio::{
    task::{JoinSet, LocalSet},
    time::timeout,
};

/// The longest that a stream takes to stall.
const DEADLINE: Duration = Duration::from_secs(60);

const SELECT: &str = "SELECT $1::int4";

/// Calls `query` `total` times from `callers` tasks.
async fn load<F: Future<Output = i32> + 'static>(
    (callers, total): (i32, i32),
    query: impl Fn(i32) -> F + Clone + 'static,
) {
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let query = query.clone();
        tasks.spawn_local(async move {
            for round in 0..total / callers {
                let key = caller * 1_000_000 + round;
                assert_eq!(query(key).await, key);
            }
        });
    }
    tasks.join_all().await;
}

async fn ours(config: &Config, size: (i32, i32)) -> Result<(), Box<dyn Error>> {
    let session = config.connect().await?;
    let statement = session.prepare(SELECT).await?;
    let calls = session.clone();
    load(size, move |key| {
        let (session, statement) = (calls.clone(), statement.clone());
        async move { session.query_one(&statement, &[&key]).await.expect("a row").get(0) }
    })
    .await;
    session.close().await;
    Ok(())
}

async fn theirs(url: &str, size: (i32, i32)) -> Result<(), Box<dyn Error>> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let client = Arc::new(client);
    let statement = client.prepare(SELECT).await?;
    load(size, move |key| {
        let (client, statement) = (client.clone(), statement.clone());
        async move { client.query_one(&statement, &[&key]).await.expect("a row").get(0) }
    })
    .await;
    Ok(())
}

/// The most memory that this process has used since this was reset, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.expect("Linux says it") * 1024
}

/// Waits until the driver reads no more of a stream: the server waits for its client, and nothing was read since it was
/// asked. Its answer came through the same runtime, which would have read the stream, too. Returns the number of reads.
async fn stalls(session: &Session, watcher: &Session) -> Result<u64, Box<dyn Error>> {
    let sql =
        "SELECT wait_event IS NOT DISTINCT FROM 'ClientWrite' FROM pg_stat_activity WHERE pid = $1";
    let stalled = async {
        loop {
            let reads = session.counts().reads;
            let row = watcher.query_one(sql, &[&session.process_id()]).await?;
            if row.get(0) && session.counts().reads == reads {
                return Ok(reads);
            }
        }
    };
    timeout(DEADLINE, stalled).await.map_err(|_| "the stream does not stall")?
}

/// Reads one row of a stream of 1 GB, and then nothing for as long as the driver reads ahead.
async fn stall(config: &Config) -> Result<(), Box<dyn Error>> {
    let (session, watcher) = (config.connect().await?, config.connect().await?);
    session.query("SELECT 1", &[]).await?;
    watcher.query("SELECT 1", &[]).await?;
    // Forgets the peak so far. Where that is not allowed, only what exceeds it is seen.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let idle = peak();
    let sql = "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)";
    let mut rows = session.stream(sql, &[]).await?;
    rows.try_next().await?;
    let reads = stalls(&session, &watcher).await?;
    let stalled = peak() - idle;
    println!(
        "peak of a stalled stream of 1 GB: {} KiB above idle, after {reads} reads",
        stalled / 1024
    );
    // It was not read to its end, and can be.
    let mut count = 1;
    while rows.try_next().await?.is_some() {
        count += 1;
    }
    assert_eq!(count, 1_000_000);
    println!("peak of reading it: {} KiB above idle", (peak() - idle) / 1024);
    if stalled >= 4 << 20 {
        return Err("a stalled stream takes 4 MiB or more".into());
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set: see `cluster.sh`")?;
    let config: Config = url.parse()?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(1);
    let size = (number(1), number(2));
    match arguments.first().map(String::as_str) {
        Some("ours") => LocalSet::new().run_until(ours(&config, size)).await,
        Some("theirs") => LocalSet::new().run_until(theirs(&url, size)).await,
        Some("stall") => stall(&config).await,
        _ => Err("counts ours|theirs CALLERS TOTAL, or counts stall".into()),
    }
}
