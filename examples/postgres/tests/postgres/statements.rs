//! Prepared statements: how many are kept on the server, and when they end.

use postgres_actor::{Error, Session, StatementMode};

use crate::support::{at_once, cluster, until};

async fn kept(session: &Session) -> i64 {
    let sql = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%marked%'";
    session.query_typed(sql, &[]).await.unwrap()[0].get(0)
}

async fn session(mode: StatementMode) -> Option<Session> {
    let cluster = crate::support::shared()?;
    Some(cluster.config().statements(mode).connect().await.unwrap())
}

#[tokio::test]
async fn the_cache_is_bounded_and_evicted_statements_are_closed() {
    let Some(session) = session(StatementMode::Named { cache: 4 }).await else { return };
    for i in 0..50 {
        session.query(&format!("SELECT {i} AS marked"), &[]).await.unwrap();
    }
    until("the evicted ones are closed", async || kept(&session).await == 4).await;
    // The most recent ones are kept.
    let before = session.counts().prepared;
    for i in 46..50 {
        session.query(&format!("SELECT {i} AS marked"), &[]).await.unwrap();
    }
    assert_eq!(session.counts().prepared, before);
}

#[tokio::test]
async fn the_least_recently_used_statement_makes_room() {
    let Some(session) = session(StatementMode::Named { cache: 2 }).await else { return };
    let before = session.counts().prepared;
    for sql in ["SELECT 1", "SELECT 2", "SELECT 1", "SELECT 3", "SELECT 1"] {
        session.query(sql, &[]).await.unwrap();
    }
    assert_eq!(session.counts().prepared - before, 3);
    session.query("SELECT 2", &[]).await.unwrap();
    assert_eq!(session.counts().prepared - before, 4);
}

/// A statement that is kept costs no message: it is there while the driver serves somebody else.
#[tokio::test]
async fn a_statement_that_is_kept_is_found_without_the_driver() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.prepare("SELECT 1 AS marked").await.unwrap();
    let transaction = session.transaction().await.unwrap();
    assert!(at_once(session.prepare("SELECT 1 AS marked")).await.is_some());
    assert!(at_once(session.prepare("SELECT 2 AS marked")).await.is_none());
    // What one of them has prepared, the other finds, too.
    transaction.query("SELECT 3 AS marked", &[]).await.unwrap();
    assert!(at_once(session.prepare("SELECT 3 AS marked")).await.is_some());
    transaction.rollback().await.unwrap();
    // It ends with the connection.
    let rest = session.clone();
    session.close().await;
    assert!(matches!(rest.prepare("SELECT 1 AS marked").await, Err(Error::Closed { .. })));
}

#[tokio::test]
async fn a_statement_in_use_outlives_its_place_in_the_cache() {
    let Some(session) = session(StatementMode::Named { cache: 1 }).await else { return };
    let statement = session.prepare("SELECT 1 AS marked").await.unwrap();
    let clone = statement.clone();
    session.query("SELECT 2", &[]).await.unwrap();
    drop(statement);
    assert_eq!(session.query_one(&clone, &[]).await.unwrap().get::<i32>(0), 1);
    drop(clone);
    until("it is closed", async || kept(&session).await == 0).await;
}

#[tokio::test]
async fn without_a_cache_a_statement_ends_with_its_drop() {
    let Some(session) = session(StatementMode::Named { cache: 0 }).await else { return };
    for _ in 0..20 {
        session.query("SELECT 1 AS marked", &[]).await.unwrap();
        drop(session.prepare("SELECT 2 AS marked").await.unwrap());
    }
    until("all are closed", async || kept(&session).await == 0).await;
}

/// `DISCARD ALL` and `DEALLOCATE` by hand do not make the cache wrong.
#[tokio::test]
async fn statements_that_the_server_has_forgotten_are_prepared_again() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let name = async || -> String {
        let sql = "SELECT name FROM pg_prepared_statements WHERE statement = 'SELECT 1 AS marked'";
        session.query_typed(sql, &[]).await.unwrap()[0].get(0)
    };
    for by_hand in ["DISCARD ALL", "DEALLOCATE ALL", "DEALLOCATE"] {
        session.query("SELECT 1 AS marked", &[]).await.unwrap();
        let sql = match by_hand {
            "DEALLOCATE" => format!("DEALLOCATE \"{}\"", name().await),
            _ => by_hand.to_owned(),
        };
        session.simple_query(&sql).await.unwrap();
        session.query("SELECT 1 AS marked", &[]).await.unwrap();
    }
}

#[tokio::test]
async fn unnamed_ones_leave_nothing_on_the_server_and_take_one_round_trip() {
    let Some(session) = session(StatementMode::Unnamed { cache: 8 }).await else { return };
    session.query("SELECT $1::int4 AS marked", &[&1]).await.unwrap();
    assert_eq!(kept(&session).await, 0);
    let before = session.counts();
    let row = session.query_one("SELECT $1::int4 AS marked", &[&2]).await.unwrap();
    assert_eq!(row.get::<i32>("marked"), 2);
    let after = session.counts();
    assert_eq!((after.requests - before.requests, after.writes - before.writes), (1, 1));
}

#[tokio::test]
async fn a_statement_of_another_session_is_refused() {
    let cluster = cluster!();
    let (one, two) = (cluster.session().await, cluster.session().await);
    let statement = one.prepare("SELECT 1").await.unwrap();
    let error = two.query(&statement, &[]).await.unwrap_err();
    assert_eq!(error.to_string(), "the statement was prepared by another session");
    let described = one.prepare("SELECT $1::text AS t").await.unwrap();
    assert_eq!(described.parameters()[0].name(), "text");
    assert_eq!(described.columns()[0].name(), "t");
}

/// The name of a cursor or of a prepared statement may stand for something else the next time.
#[tokio::test]
async fn columns_that_depend_on_a_name() {
    let cluster = cluster!();
    let session = cluster.session().await;
    for (sql, number) in
        [("SELECT 1::int4 AS a", 1_i64), ("SELECT 'x'::text AS b, 2::int8 AS c", 2)]
    {
        let exclusive = session.exclusive().await.unwrap();
        exclusive.simple_query("BEGIN").await.unwrap();
        exclusive.simple_query(&format!("DECLARE cursor CURSOR FOR {sql}")).await.unwrap();
        exclusive.simple_query(&format!("PREPARE statement AS {sql}")).await.unwrap();
        for by_name in ["FETCH 1 FROM cursor", "EXECUTE statement"] {
            let row = exclusive.query_one(by_name, &[]).await.unwrap();
            match number {
                1 => assert_eq!(row.get::<i32>("a"), 1, "{by_name}"),
                _ => assert_eq!((row.get::<&str>("b"), row.get::<i64>("c")), ("x", 2), "{by_name}"),
            }
        }
        exclusive.simple_query("COMMIT; DEALLOCATE statement").await.unwrap();
    }
}

/// Statements that are prepared by hand have names, too.
#[tokio::test]
async fn names_of_the_driver_do_not_clash_with_others() {
    let cluster = cluster!();
    let session = cluster.session().await;
    for name in ["s0", "s1", "statement_1", "stmt1"] {
        session.query(&format!("SELECT '{name}'"), &[]).await.unwrap();
        session.simple_query(&format!("PREPARE {name} AS SELECT 1")).await.unwrap();
    }
}
