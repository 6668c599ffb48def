//! Rows as a stream on the readers of a pool.

use actor_runtime::ActorHandle;
use sqlite_actor::{Error, Row, Rows, Value};

use crate::{
    pool::{hold, pool, soon, waiting},
    support::{INSERT, Scratch, entry},
};

/// Rows without end.
const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

const MANY: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT i FROM n";

async fn next(rows: &mut Rows<Row>) -> Option<Result<Row, Error>> {
    soon(rows.next()).await
}

#[tokio::test]
async fn rows_are_streamed_to_the_end_in_order() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    for buffer in [1, 7, 10_000] {
        let mut rows = pool.rows(MANY, vec![Value::Integer(1_000)], buffer);
        for number in 1..=1_000 {
            assert_eq!(next(&mut rows).await.unwrap().unwrap(), [Value::Integer(number)]);
        }
        assert!(next(&mut rows).await.is_none());
        assert!(next(&mut rows).await.is_none());
    }
}

#[tokio::test]
async fn a_stream_that_is_dropped_frees_its_reader() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    // One that is not read, one that is read for a while, and one that finds no row.
    drop(pool.rows(ENDLESS, vec![], 1));
    let mut rows = pool.rows(ENDLESS, vec![], 4);
    for number in 1..=1_000 {
        assert_eq!(next(&mut rows).await.unwrap().unwrap(), [Value::Integer(number)]);
    }
    drop(rows);
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0";
    let held = hold(&pool).await;
    let rows = pool.rows(sql, vec![], 1);
    waiting(&pool, 1).await;
    drop(held.release);
    soon(held.caller).await.unwrap().unwrap();
    drop(rows);
    assert_eq!(soon(pool.query("SELECT 1", vec![])).await.unwrap(), [[Value::Integer(1)]]);
    soon(pool.shutdown()).await;
}

#[tokio::test]
async fn the_error_of_a_stream_is_its_last_value() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    let mut rows = pool.rows("VALUES (1), (2), (CAST(x'ff' AS TEXT))", vec![], 1);
    let mut count = 0;
    let error = loop {
        match next(&mut rows).await.expect("an error") {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Sql(_)), "{error:?}");
    assert_eq!(count, 2);
    assert!(next(&mut rows).await.is_none());
    for (sql, is_right) in [
        ("SELECT * FROM nowhere", (|error| matches!(error, Error::Sql(_))) as fn(&Error) -> bool),
        ("DELETE FROM entry", |error| matches!(error, Error::ReadOnly(_))),
        ("PRAGMA user_version", |error| matches!(error, Error::NotForReaders)),
        ("BEGIN", |error| matches!(error, Error::TransactionControl)),
    ] {
        let error = next(&mut pool.rows(sql, vec![], 1)).await.unwrap().unwrap_err();
        assert!(is_right(&error), "{sql}: {error:?}");
    }
    let mut panics = pool.stream(1, |_, send: &dyn Fn(u8) -> bool| {
        send(1);
        panic!("the conversion has failed")
    });
    assert_eq!(soon(panics.next()).await.unwrap().unwrap(), 1);
    let error = soon(panics.next()).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Panicked(_)), "{error:?}");
    assert!(soon(panics.next()).await.is_none());

    pool.shutdown().await;
    let mut refused = pool.rows("SELECT 1", vec![], 1);
    let error = next(&mut refused).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Closed { was_accepted: false }), "{error:?}");
    assert!(next(&mut refused).await.is_none());
}

#[tokio::test]
async fn a_stream_sees_one_state_while_the_writer_goes_on() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    for name in ["one", "two", "three"] {
        pool.writer().execute(INSERT, entry(name, 0)).await.unwrap().unwrap();
    }
    let mut rows = pool.rows("SELECT name FROM entry ORDER BY id", vec![], 1);
    let name = |name: &str| [Value::Text(name.to_owned())];
    assert_eq!(next(&mut rows).await.unwrap().unwrap(), name("one"));
    pool.writer().execute("DELETE FROM entry", vec![]).await.unwrap().unwrap();
    assert_eq!(next(&mut rows).await.unwrap().unwrap(), name("two"));
    assert_eq!(next(&mut rows).await.unwrap().unwrap(), name("three"));
    assert!(next(&mut rows).await.is_none());
    assert_eq!(soon(pool.query("SELECT count(*) FROM entry", vec![])).await.unwrap(), [[0.into()]]);
    pool.writer().close();
}
