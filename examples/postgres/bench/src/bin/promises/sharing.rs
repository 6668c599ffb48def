//! One connection for many callers.

use futures_util::future::{join, try_join_all};

use crate::{
    Seen,
    client::{Client, Place, Result, Target, soon, tasks},
    relay::Relay,
};

pub(crate) async fn queries_at_once<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    let client = C::to(&relay.target).await?;
    relay.hold();
    let calls = try_join_all((0..64).map(|_| client.run("SELECT 1")));
    let release = async {
        soon(|| relay.passed().requests == 64).await;
        relay.release();
    };
    join(calls, release).await.0?;
    let most = relay.passed().most;
    Ok(Seen::new(most == 64, most))
}

pub(crate) async fn order<C: Client>(target: &Target) -> Result<Seen> {
    let client = C::to(target).await?;
    client.run("CREATE TEMP TABLE arrived (place serial, sent int)").await?;
    let inserts: Vec<String> =
        (1..=64).map(|sent| format!("INSERT INTO arrived (sent) VALUES ({sent})")).collect();
    try_join_all(inserts.iter().map(|sql| client.run(sql))).await?;
    let in_place = client.number("SELECT count(*) FROM arrived WHERE place = sent").await?;
    Ok(Seen::new(in_place == 64, if in_place == 64 { "as called" } else { "another" }))
}

pub(crate) async fn writes<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    let client = C::to(&relay.target).await?;
    let before = relay.passed();
    client.extended("SET work_mem = '4MB'").await?;
    let after = relay.passed();
    let (reads, messages) = (after.reads - before.reads, after.messages - before.messages);
    Ok(Seen::new(reads == 1, format!("{reads} of {messages} messages")))
}

pub(crate) async fn setting<C: Client>(target: &Target) -> Result<Seen> {
    let client = C::to(target).await?;
    let mut is_new = true;
    for zone in ["Asia/Tokyo", "Europe/Berlin"] {
        client.run(&format!("SET TimeZone = '{zone}'")).await?;
        is_new &= client.setting("TimeZone").as_deref() == Some(zone);
    }
    Ok(Seen::new(is_new, if is_new { "the new one" } else { "the old one" }))
}

pub(crate) async fn statements<C: Client>(target: &Target) -> Result<Seen> {
    let client = C::to(target).await?;
    let kept = try_join_all((0..10).map(|_| client.statement("SELECT 1"))).await?;
    let prepared = prepared(&client, "SELECT 1").await?;
    drop(kept);
    Ok(Seen::new(prepared == 1, prepared))
}

/// The number of statements with this text that the server has prepared for the session.
pub(crate) async fn prepared<C: Client>(client: &C, sql: &str) -> Result<i64> {
    let sql = format!("SELECT count(*) FROM pg_prepared_statements WHERE statement = '{sql}'");
    client.number(&sql).await
}

pub(crate) async fn tasks_of_a_stream<C: Client>(target: &Target) -> Result<Seen> {
    let client = C::to(target).await?;
    let mut rows = client.rows("SELECT generate_series(1, 1000)").await?;
    C::next(&mut rows).await?;
    let tasks = tasks();
    Ok(Seen::new(tasks == 1, tasks))
}

pub(crate) async fn codecs<C: Client>(target: &Target) -> Result<Seen> {
    let client = C::to(target).await?;
    let of_query = client.place("SELECT 1").await? == Place::here();
    let mut rows = client.rows("SELECT 1").await?;
    let of_stream = C::next(&mut rows).await? == Some(Place::here());
    let what = match (of_query, of_stream) {
        (true, true) => "the caller",
        (true, false) => "the caller, but those of a stream another task",
        _ => "another task",
    };
    Ok(Seen::new(of_query && of_stream, what))
}
