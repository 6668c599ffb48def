//! Calls that are dropped before they are ready.

use futures_util::future::join;
use tokio::{select, sync::Notify};

use crate::{
    Seen,
    client::{Client, Result, Target, dropped},
    relay::Relay,
    sharing::prepared,
};

pub(crate) async fn next_answer<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    let client = C::to(&relay.target).await?;
    let mut is_right = true;
    for polls in 0..8 {
        dropped(client.number("SELECT -1::int8"), polls).await;
        let next = client.number(&format!("SELECT {polls}::int8")).await?;
        is_right &= next == i64::from(polls);
    }
    for round in 0..8 {
        relay.drop_sent(client.run("SELECT -1; SELECT -2")).await?;
        let sql = format!("SELECT {round}::int8");
        let (next, ()) = join(client.number(&sql), async { relay.release() }).await;
        is_right &= next? == round;
    }
    Ok(Seen::new(is_right, if is_right { "right" } else { "wrong" }))
}

const INSERT: &str = "INSERT INTO promised VALUES (1)";

/// Makes an empty table, on a session of its own.
async fn promised<C: Client>(target: &Target) -> Result<()> {
    let client = C::to(target).await?;
    client.run("DROP TABLE IF EXISTS promised; CREATE TABLE promised (i int)").await
}

/// The number of rows that another session sees.
async fn kept<C: Client>(target: &Target) -> Result<i64> {
    C::to(target).await?.number("SELECT count(*) FROM promised WHERE i > 0").await
}

pub(crate) async fn transaction<C: Client>(target: &Target) -> Result<Seen> {
    promised::<C>(target).await?;
    let client = C::to(target).await?;
    for _ in 0..100 {
        let has_run = Notify::new();
        select! {
            ended = client.unfinished("INSERT INTO promised VALUES (-1)", &has_run) => ended?,
            () = has_run.notified() => {}
        }
        client.extended(INSERT).await?;
    }
    client.end().await;
    let kept = kept::<C>(target).await?;
    Ok(Seen::new(kept == 100, format!("{kept} are kept")))
}

pub(crate) async fn stream<C: Client>(target: &Target) -> Result<Seen> {
    promised::<C>(target).await?;
    for polls in 0..4 {
        let client = C::to(target).await?;
        dropped(client.rows("SELECT generate_series(1, 1000)"), polls).await;
        client.extended(INSERT).await?;
        client.end().await;
    }
    let kept = kept::<C>(target).await?;
    Ok(Seen::new(kept == 4, format!("{kept} are kept")))
}

pub(crate) async fn prepare<C: Client>(target: &Target) -> Result<Seen> {
    let client = C::to(target).await?;
    for _ in 0..10 {
        dropped(client.statement("SELECT 1"), 1).await;
        client.run("SELECT 2").await?;
    }
    let statement = client.statement("SELECT 1").await?;
    let prepared = prepared(&client, "SELECT 1").await?;
    drop(statement);
    Ok(Seen::new(prepared == 1, prepared))
}
