//! How a session ends.

use tokio::task::yield_now;

use crate::{
    Seen,
    client::{Client, Result, Target, dropped, soon, tasks, tasks_left},
    relay::Relay,
};

fn none_left(tasks: usize) -> Seen {
    Seen::new(tasks == 0, tasks)
}

pub(crate) async fn close<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    let client = C::to(&relay.target).await?;
    relay.hold();
    client.end().await;
    Ok(none_left(tasks_left().await))
}

pub(crate) async fn close_unanswered<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    let client = C::to(&relay.target).await?;
    relay.drop_sent(client.run("SELECT 1")).await?;
    client.end().await;
    Ok(none_left(tasks_left().await))
}

pub(crate) async fn goodbye<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    drop(C::to(&relay.target).await?);
    let is_terminated = soon(|| relay.passed().is_terminated && tasks() == 0).await;
    Ok(Seen::new(is_terminated, if is_terminated { "`Terminate`" } else { "nothing" }))
}

pub(crate) async fn outlived_by_stream<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    let client = C::to(&relay.target).await?;
    let before = relay.passed().received;
    let mut rows = client.rows("SELECT generate_series(1000001, 1001000)").await?;
    C::next(&mut rows).await?;
    // babar fetches 128 rows at once, and keeps as many until they are read. These are more, of about 18 bytes each.
    soon(|| relay.passed().received - before > 160 * 18).await;
    drop(client);
    let left = tasks_left().await;
    drop(rows);
    Ok(none_left(left))
}

pub(crate) async fn outlived_by_statement<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    let client = C::to(&relay.target).await?;
    let statement = client.statement("SELECT 1").await?;
    relay.drop_sent(client.run("SELECT 1")).await?;
    for _ in 0..200 {
        dropped(client.run("SELECT 1"), 1).await;
        yield_now().await;
    }
    drop(client);
    relay.release();
    let left = tasks_left().await;
    drop(statement);
    Ok(none_left(left))
}
