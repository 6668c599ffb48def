//! Readers beside a writer that changes the schema, ends, or is aborted, and readers that panic with rows under way.

use actor_runtime::{ActorHandle, ExitReason};
use sqlite_actor::{Error, Pool, Result, Row, Rows, Value, rusqlite::Connection};
use tokio::{sync::oneshot, task::JoinHandle, task::JoinSet};

use crate::{
    pool::{hold, pool, soon, waiting},
    support::{INSERT, Scratch, entry},
};

const ALL: &str = "SELECT * FROM entry ORDER BY id";

async fn write(pool: &Pool, sql: &'static str) {
    soon(pool.writer().execute(sql, vec![])).await.unwrap().unwrap();
}

async fn insert(pool: &Pool, name: &str) {
    soon(pool.writer().execute(INSERT, entry(name, 0))).await.unwrap().unwrap();
}

async fn next(rows: &mut Rows<Row>) -> Option<Row> {
    soon(rows.next()).await.transpose().unwrap()
}

/// Reads the number of columns of `entry` twice, on both sides of whatever happens until `go` is sent.
async fn columns_twice(pool: &Pool) -> (JoinHandle<(usize, usize)>, std::sync::mpsc::Sender<()>) {
    let ((begun, has_begun), (go, gone)) = (oneshot::channel(), std::sync::mpsc::channel());
    let pool = pool.clone();
    let read = tokio::spawn(async move {
        let work = move |connection: &Connection| {
            let columns = || connection.prepare(ALL).map(|statement| statement.column_count());
            // The state that a read sees begins with its first row.
            connection.query_row("SELECT count(*) FROM entry", [], |_| Ok(()))?;
            let before = columns()?;
            begun.send(()).unwrap();
            gone.recv().unwrap();
            Ok((before, columns()?))
        };
        pool.read(work).await.unwrap()
    });
    soon(has_begun).await.unwrap();
    (read, go)
}

#[tokio::test]
async fn a_schema_change_is_seen_by_the_next_read_and_by_none_that_has_begun() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 3).await;
    insert(&pool, "one").await;
    insert(&pool, "two").await;
    // Each reader has the statement in its cache.
    for _ in 0..20 {
        assert_eq!(soon(pool.query(ALL, vec![])).await.unwrap()[0].len(), 3);
    }
    let mut rows = pool.rows(ALL, vec![], 1);
    assert_eq!(next(&mut rows).await.unwrap().len(), 3);
    let (twice, go) = columns_twice(&pool).await;

    write(&pool, "ALTER TABLE entry ADD COLUMN note TEXT NOT NULL DEFAULT 'none'").await;
    let read = soon(pool.query(ALL, vec![])).await.unwrap();
    assert_eq!(read[0][3], Value::Text("none".to_owned()));
    write(&pool, "ALTER TABLE entry DROP COLUMN note").await;
    write(&pool, "ALTER TABLE entry RENAME TO old").await;
    let gone = soon(pool.query(ALL, vec![])).await;
    assert!(matches!(gone, Err(Error::Sql(_))), "{gone:?}");
    write(&pool, "CREATE TABLE entry (id INTEGER PRIMARY KEY) STRICT").await;
    for _ in 0..20 {
        assert!(soon(pool.query(ALL, vec![])).await.unwrap().is_empty());
    }

    assert_eq!(next(&mut rows).await.unwrap().len(), 3);
    assert!(next(&mut rows).await.is_none());
    go.send(()).unwrap();
    assert_eq!(soon(twice).await.unwrap(), (3, 3));
}

#[tokio::test]
async fn readers_answer_after_the_writer_has_ended() {
    for is_aborted in [false, true] {
        let scratch = Scratch::new();
        let pool = pool(&scratch.options(), 1).await;
        insert(&pool, "committed").await;
        let lease = pool.writer().lease().await.unwrap();
        lease.begin().await.unwrap().unwrap();
        lease.execute(INSERT, entry("not committed", 0)).await.unwrap().unwrap();
        let held = hold(&pool).await;
        let mut reads = JoinSet::new();
        for _ in 0..10 {
            let pool = pool.clone();
            reads.spawn(async move { pool.query("SELECT name FROM entry", vec![]).await });
        }
        waiting(&pool, 10).await;
        let reason = if is_aborted {
            pool.writer().abort();
            soon(pool.writer().exited()).await
        } else {
            drop(lease);
            pool.writer().close();
            soon(pool.writer().exited()).await
        };
        assert_eq!(reason == ExitReason::Aborted, is_aborted, "{reason:?}");
        drop(held.release);
        soon(held.caller).await.unwrap().unwrap();
        reads.spawn({
            let pool = pool.clone();
            async move { pool.query("SELECT name FROM entry", vec![]).await }
        });
        while let Some(read) = soon(reads.join_next()).await {
            assert_eq!(read.unwrap().unwrap(), [[Value::Text("committed".to_owned())]]);
        }
        let late = pool.writer().execute(INSERT, entry("late", 0)).await.map_err(Error::from);
        assert!(matches!(late, Err(Error::Closed { was_accepted: false })), "{late:?}");
        soon(pool.shutdown()).await;
        assert_eq!(scratch.names(), ["committed"]);
    }
}

/// What a read that panics has read is not held: the write-ahead log can be emptied, also while its stream is not read.
#[tokio::test]
async fn a_reader_that_panics_with_rows_under_way_holds_no_state() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 2).await;
    insert(&pool, "one").await;
    for round in 0..5 {
        let work = |connection: &Connection, send: &dyn Fn(i64) -> bool| -> Result<()> {
            let mut statement = connection.prepare("SELECT id FROM entry ORDER BY id")?;
            let mut rows = statement.query([])?;
            send(rows.next()?.expect("a row").get(0)?);
            panic!("on purpose");
        };
        let mut panics = pool.stream(1, work);
        assert_eq!(soon(panics.next()).await.unwrap().unwrap(), 1);
        insert(&pool, &format!("more {round}")).await;
        let error = soon(panics.next()).await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Panicked(_)), "{error:?}");
        // The caller is told before the connection is closed, so this may have to wait for that.
        let checkpoint = "PRAGMA wal_checkpoint (TRUNCATE)";
        let emptied = soon(pool.writer().query(checkpoint, vec![])).await.unwrap().unwrap();
        assert_eq!(emptied, [[Value::Integer(0), Value::Integer(0), Value::Integer(0)]]);
        let read = soon(pool.query("SELECT count(*) FROM entry", vec![])).await.unwrap();
        assert_eq!(read, [[Value::Integer(round + 2)]]);
    }
}
