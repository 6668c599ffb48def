//! Compares a session with tokio-postgres and babar: the same statements on one connection each, in alternating slices of
//! one process. Then a pool with those of deadpool-postgres and sqlx.
//!
//! ```console
//! $ bash examples/postgres/cluster.sh cargo run --release --manifest-path examples/postgres/bench/Cargo.toml
//! ```
//!
//! The ratios of one run can be compared, the times of two runs cannot. `-- --check` fails if a ratio is below its bar.

mod far;
mod measure;
mod others;

use std::{env, error::Error, sync::Arc, time::Instant};

use measure::{Bar, Slices, cpu};
use others::Others;
use postgres_actor::{Config, Session};
use tokio::task::JoinSet;

const SELECT: &str = "SELECT abalance FROM accounts WHERE aid = $1";
const MANY: &str = "SELECT g::int4 FROM generate_series(1, 100000) g";
const ACCOUNTS: i32 = 100_000;

type Peer = tokio_postgres::Client;

/// A key that differs from call to call.
fn key(caller: usize, round: usize) -> i32 {
    i32::try_from((caller * 7919 + round * 31) % 100_000).unwrap_or(0) + 1
}

async fn ours(session: &Session, callers: usize, total: usize) -> f64 {
    let statement = session.prepare(SELECT).await.expect("it is prepared");
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let (session, statement) = (session.clone(), statement.clone());
        tasks.spawn(async move {
            for round in 0..total / callers {
                let rows = session.query(&statement, &[&key(caller, round)]).await.expect("rows");
                assert_eq!((rows.len(), rows[0].get::<i32>(0)), (1, 0));
            }
        });
    }
    tasks.join_all().await;
    begun.elapsed().as_secs_f64()
}

async fn theirs(client: &Arc<Peer>, callers: usize, total: usize) -> f64 {
    let statement = client.prepare(SELECT).await.expect("it is prepared");
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let (client, statement) = (client.clone(), statement.clone());
        tasks.spawn(async move {
            for round in 0..total / callers {
                let rows = client.query(&statement, &[&key(caller, round)]).await.expect("rows");
                assert_eq!((rows.len(), rows[0].get::<_, i32>(0)), (1, 0));
            }
        });
    }
    tasks.join_all().await;
    begun.elapsed().as_secs_f64()
}

async fn ours_streamed(session: &Session) -> f64 {
    let begun = Instant::now();
    let mut rows = session.stream(MANY, &[]).await.expect("a stream");
    let mut sum = 0;
    while let Some(row) = rows.try_next().await.expect("a row") {
        sum += i64::from(row.get::<i32>(0));
    }
    assert_eq!(sum, 5_000_050_000);
    begun.elapsed().as_secs_f64()
}

async fn theirs_streamed(client: &Peer) -> f64 {
    use futures_util::TryStreamExt;
    let statement = client.prepare(MANY).await.expect("it is prepared");
    let begun = Instant::now();
    let rows = client.query_raw(&statement, Vec::<i32>::new()).await.expect("a stream");
    let mut rows = std::pin::pin!(rows);
    let mut sum = 0;
    while let Some(row) = rows.try_next().await.expect("a row") {
        sum += i64::from(row.get::<_, i32>(0));
    }
    assert_eq!(sum, 5_000_050_000);
    begun.elapsed().as_secs_f64()
}

async fn set_up(session: &Session) -> postgres_actor::Result<()> {
    let sql = format!(
        "DROP TABLE IF EXISTS accounts;
         CREATE TABLE accounts AS SELECT g AS aid, 0 AS abalance FROM generate_series(1, {ACCOUNTS}) g;
         ALTER TABLE accounts ADD PRIMARY KEY (aid)"
    );
    session.simple_query(&sql).await?;
    session.simple_query("VACUUM ANALYZE accounts").await.map(drop)
}

/// A driver that makes one round trip at a time waits for each of them.
async fn against_babar_from_afar(url: &str, slices: usize) -> Result<String, Box<dyn Error>> {
    const CALLERS: usize = 64;
    const TOTAL: usize = 640;
    let far = far::relay(url).await?;
    let session = far.parse::<Config>()?.connect().await?;
    let babar = others::babar(&far).await?;
    let mut slice = Slices::default();
    for _ in 0..slices {
        let start = cpu();
        let time = ours(&session, CALLERS, TOTAL).await;
        let middle = cpu();
        let peer = others::through_babar(&babar, CALLERS, TOTAL).await;
        slice.add(time, peer, middle - start, cpu() - middle);
    }
    Ok(slice.line("one connection, 1 to 2 ms away, babar", TOTAL))
}

/// Without bars: how much a round trip costs, which babar makes for each query, depends on the machine.
async fn against_others(url: &str, slices: usize) -> Result<(), Box<dyn Error>> {
    const CALLERS: usize = 64;
    const TOTAL: usize = 6400;
    let others = Others::connect(url).await?;
    let session = url.parse::<Config>()?.connect().await?;
    println!(
        "\n| 64 callers | queries/s | the other's | ratio, best slices | median of pairs | client CPU |"
    );
    println!("|---|---|---|---|---|---|");
    let mut slice = Slices::default();
    for _ in 0..slices {
        let start = cpu();
        let time = ours(&session, CALLERS, TOTAL).await;
        let middle = cpu();
        slice.add(time, others.babar(CALLERS, TOTAL).await, middle - start, cpu() - middle);
    }
    println!("{}", slice.line("one connection, babar", TOTAL));
    println!("{}", against_babar_from_afar(url, slices.min(5)).await?);
    for peer in ["deadpool-postgres", "sqlx"] {
        let mut slice = Slices::default();
        for _ in 0..slices {
            let start = cpu();
            let time = others.pool(CALLERS, TOTAL).await;
            let middle = cpu();
            let theirs = match peer {
                "sqlx" => others.sqlx(CALLERS, TOTAL).await,
                _ => others.deadpool(CALLERS, TOTAL).await,
            };
            slice.add(time, theirs, middle - start, cpu() - middle);
        }
        println!("{}", slice.line(&format!("a pool of 16, {peer}"), TOTAL));
    }
    Ok(())
}

/// Runs a slice of each. They take turns in which one begins.
async fn add_pair(
    slices: &mut Slices,
    round: usize,
    ours: impl AsyncFn() -> f64,
    theirs: impl AsyncFn() -> f64,
) {
    let (mut our, mut peer) = ((0.0, 0.0), (0.0, 0.0));
    for is_ours in [round.is_multiple_of(2), !round.is_multiple_of(2)] {
        let start = cpu();
        match is_ours {
            true => our = (ours().await, cpu() - start),
            false => peer = (theirs().await, cpu() - start),
        }
    }
    slices.add(our.0, peer.0, our.1, peer.1);
}

/// The same load through both, on new connections for each pair of slices. Where the scheduler happens to put the process
/// of the server makes more of a difference than anything else: with one caller on two idle cores, a query takes three
/// times as long in the first slice of a pair as in the second, with either driver.
async fn against_tokio_postgres(
    url: &str,
    slices: usize,
    (callers, total): (usize, usize),
) -> Result<(Slices, f64), Box<dyn Error>> {
    let config = url.parse::<Config>()?;
    let (mut slice, mut writes, mut requests) = (Slices::default(), 0, 0);
    for round in 0..slices {
        let session = config.connect().await?;
        let client = connect_peer(url).await?;
        let ours = async || ours(&session, callers, total).await;
        let theirs = async || theirs(&client, callers, total).await;
        add_pair(&mut slice, round, ours, theirs).await;
        writes += session.counts().writes;
        requests += session.counts().requests;
        session.close().await;
    }
    Ok((slice, writes as f64 / requests as f64))
}

async fn connect_peer(url: &str) -> Result<Arc<Peer>, Box<dyn Error>> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(Arc::new(client))
}

async fn streams(url: &str, slices: usize) -> Result<Slices, Box<dyn Error>> {
    let mut slice = Slices::default();
    for round in 0..slices {
        let session = url.parse::<Config>()?.connect().await?;
        let client = connect_peer(url).await?;
        let ours = async || ours_streamed(&session).await;
        let theirs = async || theirs_streamed(&client).await;
        add_pair(&mut slice, round, ours, theirs).await;
    }
    Ok(slice)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let is_checked = env::args().any(|argument| argument == "--check");
    let slices = env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(31);
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set: see `cluster.sh`")?;
    set_up(&url.parse::<Config>()?.connect().await?).await?;

    println!(
        "| | queries/s | tokio-postgres | ratio, best slices | median of pairs | client CPU | writes per query |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut failed = 0;
    for (callers, total, bar) in [(1, 1000, 0.95), (16, 12_800, 1.0), (64, 12_800, 1.0)] {
        let (slice, writes) = against_tokio_postgres(&url, slices, (callers, total)).await?;
        println!("{} {writes:.2} |", slice.line(&format!("{callers} callers"), total));
        failed += slice.is_below(Bar::AtLeast(bar));
    }
    let slice = streams(&url, slices).await?;
    println!("{} |", slice.line("100,000 rows streamed (rows/s)", 100_000));
    failed += slice.is_below(Bar::AtLeast(1.0));
    against_others(&url, slices).await?;
    if is_checked && failed > 0 {
        return Err(format!("{failed} ratios are below their bars").into());
    }
    Ok(())
}
