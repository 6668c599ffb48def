//! Results: bounds, streams of rows, and databases in memory.

use actor_runtime::ActorHandle;
use sqlite_actor::{DatabaseHandle, Error, Options, ResultLimit, Value};

use crate::support::{INSERT, SCHEMA, Scratch, entry, grouped, start};

const MANY: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT i FROM n";

/// Rows without end.
const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

fn many(rows: i64) -> Vec<Value> {
    vec![Value::Integer(rows)]
}

#[tokio::test]
async fn a_result_that_is_too_large_is_an_error() {
    let limit = |rows, bytes| ResultLimit { rows, bytes };
    for (what, limit, sql) in [
        ("rows", limit(100, usize::MAX), ENDLESS),
        ("bytes", limit(usize::MAX, 10_000), ENDLESS),
        ("one large value", limit(10, 10_000), "SELECT zeroblob(20000)"),
        ("text", limit(10, 10_000), "SELECT printf('%20000d', 1)"),
        (
            "many columns",
            limit(1_000, 10_000),
            "SELECT *, *, *, *, * FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)",
        ),
    ] {
        let scratch = Scratch::new();
        let database = start(scratch.options().max_result(limit)).await.unwrap();
        let refused = database.query(sql, vec![]).await.unwrap();
        assert!(matches!(refused, Err(Error::TooLarge(of)) if of == limit), "{what}: {refused:?}");
        let rows = database.query(MANY, many(10)).await.unwrap().unwrap();
        assert_eq!(rows.len(), 10, "{what}");
        // A write that returns too much is rolled back.
        if what == "one large value" {
            let sql = "INSERT INTO entry (name, number) VALUES ('a', 1) RETURNING zeroblob(20000)";
            let refused = database.query(sql, vec![]).await.unwrap();
            assert!(matches!(refused, Err(Error::TooLarge(_))), "{refused:?}");
            assert_eq!(scratch.names(), [""; 0]);
        }
    }
}

#[tokio::test]
async fn a_result_at_the_limit_is_returned() {
    let scratch = Scratch::new();
    let limit = ResultLimit { rows: 100, bytes: usize::MAX };
    let database = start(scratch.options().max_result(limit)).await.unwrap();
    assert_eq!(database.query(MANY, many(100)).await.unwrap().unwrap().len(), 100);
    assert!(database.query(MANY, many(101)).await.unwrap().is_err());
}

#[tokio::test]
async fn rows_are_streamed_as_they_are_read() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    // Without end, so they are not collected first.
    let mut rows = database.rows(ENDLESS, vec![]).buffer(4);
    for number in 1..=10_000 {
        assert_eq!(rows.next().await.unwrap().unwrap().unwrap(), [Value::Integer(number)]);
    }
    drop(rows);
    let mut rows = database.rows(MANY, many(1_000)).buffer(16);
    let mut count = 0;
    while let Some(row) = rows.next().await {
        count += 1;
        assert_eq!(row.unwrap().unwrap(), [Value::Integer(count)]);
    }
    assert_eq!(count, 1_000);
}

async fn last_error(database: &DatabaseHandle, sql: &'static str) -> Error {
    let mut rows = database.rows(sql, vec![]).buffer(1);
    let mut last = None;
    while let Some(row) = rows.next().await {
        last = Some(row.unwrap());
    }
    last.unwrap().unwrap_err()
}

#[tokio::test]
async fn the_error_of_a_stream_is_its_last_value() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    let error = last_error(&database, "SELECT * FROM nowhere").await;
    assert!(matches!(error, Error::Sql(_)), "{error:?}");
    let error = last_error(&database, "VALUES (1), (2), (CAST(x'ff' AS TEXT))").await;
    assert!(matches!(error, Error::Sql(_)), "{error:?}");
    for sql in ["DELETE FROM entry", "INSERT INTO entry VALUES (1, 'a', 1) RETURNING id"] {
        let error = last_error(&database, sql).await;
        assert!(matches!(error, Error::WriteInRead), "{error:?}");
    }
    let error = last_error(&database, "BEGIN").await;
    assert!(matches!(error, Error::TransactionControl), "{error:?}");
    assert_eq!(scratch.names(), [""; 0]);
}

#[tokio::test]
async fn a_stream_sees_what_was_acknowledged_and_others_wait_for_it() {
    let scratch = Scratch::new();
    let database = start(scratch.options().group_commit(grouped(64))).await.unwrap();
    let write = database.execute(INSERT, entry("one", 0)).sent().await.unwrap();
    let mut rows = database.rows("SELECT name FROM entry ORDER BY id", vec![]).buffer(1);
    let first = rows.next().await.unwrap().unwrap().unwrap();
    assert_eq!(first, [Value::Text("one".to_owned())]);
    write.await.unwrap().unwrap();
    let later = database.execute(INSERT, entry("two", 0)).sent().await.unwrap();
    assert!(rows.next().await.is_none());
    later.await.unwrap().unwrap();
    assert_eq!(scratch.names(), ["one", "two"]);
}

#[tokio::test]
async fn an_abort_ends_a_stream_that_is_not_read() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    let mut rows = database.rows(ENDLESS, vec![]).buffer(1);
    rows.next().await.unwrap().unwrap().unwrap();
    database.abort();
    assert_eq!(database.exited().await, actor_runtime::ExitReason::Aborted);
}

#[tokio::test]
async fn a_database_in_memory_works_and_belongs_to_one_actor() {
    for grouping in [None, Some(grouped(64))] {
        let options = Options::in_memory(SCHEMA);
        let options = grouping.into_iter().fold(options, |options, it| options.group_commit(it));
        let [one, other] = [start(options.clone()).await.unwrap(), start(options).await.unwrap()];
        one.execute(INSERT, entry("one", 0)).await.unwrap().unwrap();
        let lease = one.lease().await.unwrap();
        lease.begin().await.unwrap().unwrap();
        lease.execute(INSERT, entry("two", 0)).await.unwrap().unwrap();
        drop(lease);
        assert_eq!(crate::support::count(&one).await, 1);
        assert_eq!(crate::support::count(&other).await, 0);
        // A copy in a file.
        let scratch = Scratch::new();
        one.backup(scratch.file()).await.unwrap().unwrap();
        assert_eq!(scratch.names(), ["one"]);
    }
}

#[tokio::test]
async fn a_connection_is_configured_before_the_schema() {
    let scratch = Scratch::new();
    let options = Options::new(
        scratch.file(),
        ["CREATE TABLE word (text TEXT COLLATE backwards) STRICT; INSERT INTO word VALUES ('a'), ('b')"],
    )
    .configure(|connection| {
        connection.create_collation("backwards", |one, other| other.cmp(one))?;
        Ok(())
    });
    let database = start(options).await.unwrap();
    let rows =
        database.query("SELECT text FROM word ORDER BY text", vec![]).await.unwrap().unwrap();
    assert_eq!(rows, [["b"], ["a"]].map(|row| row.map(|text| Value::Text(text.to_owned()))));
    // A configuration that fails is a failed start.
    let failing = scratch.options().configure(|_| Err(Error::NotLeased));
    let error = start(failing).await.unwrap_err();
    assert!(matches!(error, Error::Boot { .. }), "{error:?}");
}
