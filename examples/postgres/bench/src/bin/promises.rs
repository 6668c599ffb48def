//! Two promises of babar's book, with babar 0.2.0. `tests/postgres/promises.rs` tests them, and others, with this driver.
//!
//! ```console
//! $ bash examples/postgres/cluster.sh cargo run --manifest-path examples/postgres/bench/Cargo.toml --bin promises
//! ```

use std::{env, error::Error, time::Duration};

use babar::{
    Config, Session, Transaction,
    codec::{int4, int8},
    query::{Command, Query},
};
use tokio::time::timeout;

const ROUNDS: i32 = 200;

fn insert() -> Command<(i32,)> {
    Command::raw_with("INSERT INTO promised VALUES ($1)", (int4,))
}

/// Stores a row, and never returns.
async fn dropped(transaction: Transaction<'_>) -> babar::Result<()> {
    transaction.execute(&insert(), (-1,)).await?;
    std::future::pending().await
}

async fn rows(config: &Config) -> Result<i64, Box<dyn Error>> {
    let watcher = Session::connect(config.clone()).await?;
    watcher
        .simple_query_raw("DROP TABLE IF EXISTS promised; CREATE TABLE promised (i int4)")
        .await?;
    let session = Session::connect(config.clone()).await?;
    for round in 0..ROUNDS {
        let _ = timeout(Duration::from_millis(5), session.transaction(dropped)).await;
        assert_eq!(session.execute(&insert(), (round,)).await?, 1);
    }
    session.close().await?;
    let count: Query<(), (i64,)> =
        Query::raw("SELECT count(*)::int8 FROM promised WHERE i >= 0", (int8,));
    Ok(watcher.query(&count, ()).await?[0].0)
}

async fn setting(config: &Config) -> Result<Option<String>, Box<dyn Error>> {
    let session = Session::connect(config.clone()).await?;
    session.simple_query_raw("SET TimeZone = 'Asia/Tokyo'").await?;
    let zone = session.params().get("TimeZone").map(str::to_owned);
    session.close().await?;
    Ok(zone)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set: see `cluster.sh`")?;
    let peer: tokio_postgres::Config = url.parse()?;
    let port = peer.get_ports().first().copied().unwrap_or(5432);
    let user = peer.get_user().unwrap_or("postgres");
    let config = Config::new("127.0.0.1", port, user, peer.get_dbname().unwrap_or(user));
    println!(
        "rows that were acknowledged after a dropped transaction: {} of {ROUNDS} are kept",
        rows(&config).await?
    );
    println!(
        "the time zone that it knows after SET TimeZone = 'Asia/Tokyo': {:?}",
        setting(&config).await?
    );
    Ok(())
}
