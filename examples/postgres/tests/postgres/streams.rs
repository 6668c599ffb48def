//! Streams, and `COPY` in both directions.

use std::{sync::Arc, time::Duration};

use postgres_actor::{CopyOut, Error, Session, SqlState};

use crate::support::{cluster, soon, until};

const MANY: &str = "SELECT g::int4 FROM generate_series(1, 100000) g";

#[tokio::test]
async fn all_rows_in_order_whatever_the_buffer() {
    let cluster = cluster!();
    let session = cluster.session().await;
    for chunks in [1, 16, 1000] {
        let mut rows = session.buffer(chunks).stream(MANY, &[]).await.unwrap();
        let mut next = 1;
        while let Some(row) = rows.next().await {
            assert_eq!(row.unwrap().get::<i32>(0), next);
            next += 1;
        }
        assert_eq!(next, 100_001);
        assert!(rows.next().await.is_none());
    }
    assert_eq!(session.stream("SELECT 1", &[]).await.unwrap().collect().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_number_of_rows_is_known_at_the_end() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
    for (sql, rows, affected) in [
        ("INSERT INTO t SELECT generate_series(1, 5)", 0, 5),
        ("UPDATE t SET i = 0 WHERE i > 2 RETURNING i", 3, 3),
        ("SELECT i FROM t", 5, 5),
        ("SET application_name = 'x'", 0, 0),
    ] {
        let mut stream = session.stream(sql, &[]).await.unwrap();
        assert_eq!(stream.affected(), None);
        for _ in 0..rows {
            stream.next().await.unwrap().unwrap();
        }
        assert!(stream.next().await.is_none());
        assert_eq!(stream.affected(), Some(affected), "{sql}");
    }
    let mut stream = session.stream("SELECT 1 / 0", &[]).await.unwrap();
    stream.next().await.unwrap().unwrap_err();
    assert_eq!(stream.affected(), None);
}

#[tokio::test]
async fn an_error_in_the_middle_comes_after_the_rows() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let sql = "SELECT 1 / (50000 - g) FROM generate_series(1, 100000) g";
    let mut rows = session.buffer(1).stream(sql, &[]).await.unwrap();
    let mut count = 0;
    let error = loop {
        match rows.next().await.unwrap() {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((count, error.code()), (49_999, Some("22012")));
    assert!(rows.next().await.is_none());
    assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
}

/// A reader that does not read holds the server back, not the memory of this process.
#[tokio::test]
async fn a_slow_reader_holds_the_server_back() {
    let cluster = cluster!();
    let (session, watcher) = (cluster.session().await, cluster.session().await);
    let pid = session.process_id();
    let sql = "SELECT repeat('x', 1000) FROM generate_series(1, 100000)";
    let mut rows = session.stream(sql, &[]).await.unwrap();
    rows.next().await.unwrap().unwrap();
    let waits = "SELECT wait_event = 'ClientWrite' FROM pg_stat_activity WHERE pid = $1";
    until("the server waits, and nothing is read", async || {
        let reads = session.counts().reads;
        tokio::time::sleep(Duration::from_millis(20)).await;
        let row = watcher.query_one(waits, &[&pid]).await.unwrap();
        row.get::<Option<bool>>(0) == Some(true) && session.counts().reads == reads
    })
    .await;
    assert!(session.counts().reads < 1000, "it was not read to its end");
    let mut count = 1;
    while let Some(row) = rows.next().await {
        row.unwrap();
        count += 1;
    }
    assert_eq!(count, 100_000);
}

#[tokio::test]
async fn a_dropped_stream_is_skipped() {
    let cluster = cluster!();
    let session = cluster.session().await;
    for read in 0..3 {
        let mut rows = session.buffer(1).stream(MANY, &[]).await.unwrap();
        for _ in 0..read {
            rows.next().await.unwrap().unwrap();
        }
        drop(rows);
        assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
    }
}

#[tokio::test]
async fn a_reader_may_give_up_a_row_and_ask_again() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let mut rows = session.buffer(1).stream(MANY, &[]).await.unwrap();
    let mut next = 1;
    loop {
        // A wait that is dropped at its first pending poll.
        let polled = tokio::select! {
            biased;
            row = rows.next() => row,
            () = std::future::ready(()) => continue_later().await,
        };
        match polled {
            Some(row) => {
                assert_eq!(row.unwrap().get::<i32>(0), next);
                next += 1;
            }
            None if next > 100_000 => break,
            None => tokio::task::yield_now().await,
        }
    }
}

async fn continue_later<T>() -> Option<T> {
    None
}

async fn collect(mut data: CopyOut) -> postgres_actor::Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(line) = data.next().await? {
        all.extend_from_slice(&line);
    }
    Ok(all)
}

async fn table(session: &Session) {
    session.simple_query("CREATE TEMP TABLE t (i int NOT NULL, s text)").await.unwrap();
}

async fn count(session: &Session) -> i64 {
    session.query_one("SELECT count(*) FROM t", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn copy_in_and_out() {
    let cluster = cluster!();
    let session = cluster.session().await;
    table(&session).await;
    let lines: String = (0..200_000).map(|i| format!("{i}\ttext {i}\n")).collect();
    let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
    for part in lines.as_bytes().chunks(100_001) {
        copy.send(part).await.unwrap();
    }
    assert_eq!(copy.finish().await.unwrap(), 200_000);
    let out = session.copy_out("COPY (SELECT * FROM t ORDER BY i) TO STDOUT").await.unwrap();
    assert_eq!(collect(out).await.unwrap(), lines.as_bytes());
    let empty = session.copy_in("COPY t FROM STDIN").await.unwrap();
    assert_eq!(empty.finish().await.unwrap(), 0);
}

#[tokio::test]
async fn a_copy_that_is_dropped_stores_nothing() {
    let cluster = cluster!();
    let session = cluster.session().await;
    table(&session).await;
    let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
    copy.send(b"1\tx\n").await.unwrap();
    drop(copy);
    assert_eq!(count(&session).await, 0);
    // In a transaction, it fails with the `COPY`, and is rolled back.
    let transaction = session.transaction().await.unwrap();
    let mut copy = transaction.copy_in("COPY t FROM STDIN").await.unwrap();
    copy.send(b"1\tx\n").await.unwrap();
    drop(copy);
    assert!(matches!(transaction.commit().await, Err(Error::RolledBack)));
    assert_eq!(count(&session).await, 0);
}

#[tokio::test]
async fn errors_of_a_copy_come_where_they_are_asked_for() {
    let cluster = cluster!();
    let session = cluster.session().await;
    table(&session).await;
    let error = session.copy_in("COPY missing FROM STDIN").await.unwrap_err();
    assert_eq!(error.code(), Some(SqlState::UNDEFINED_TABLE));
    let error = session.copy_in("SELECT 1").await.unwrap_err();
    assert!(matches!(error, Error::NotCopy { .. }), "{error}");
    let error = session.copy_in("COPY t TO STDOUT").await.unwrap_err();
    assert!(matches!(error, Error::NotCopy { .. }), "{error}");

    let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
    copy.send(b"not a number\tx\n").await.unwrap();
    let error = copy.finish().await.unwrap_err();
    assert_eq!(error.code(), Some("22P02"));
    assert!(error.to_string().contains("where: COPY t, line 1, column i"), "{error}");

    // The server says no while data is still being sent.
    let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
    copy.send(b"\\N\tx\n").await.unwrap();
    let data = vec![b'x'; 1024 * 1024];
    let error = loop {
        if let Err(error) = copy.send(&data).await {
            break error;
        }
    };
    assert_eq!(error.code(), Some("23502"));
    drop(copy);

    let error =
        collect(session.copy_out("COPY missing TO STDOUT").await.unwrap()).await.unwrap_err();
    assert_eq!(error.code(), Some(SqlState::UNDEFINED_TABLE));
    let error = collect(session.copy_out("SELECT 1").await.unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::NotCopy { .. }), "{error}");
    assert_eq!(count(&session).await, 0);
}

#[tokio::test]
async fn others_wait_for_a_copy_and_nothing_mixes() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    table(&session).await;
    let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
    let other = tokio::spawn({
        let session = session.clone();
        async move { count(&session).await }
    });
    for i in 0..1000 {
        copy.send(format!("{i}\tx\n").as_bytes()).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(!other.is_finished());
    assert_eq!(copy.finish().await.unwrap(), 1000);
    assert_eq!(soon("the other", other).await.unwrap(), 1000);
}

#[tokio::test]
async fn a_transaction_sends_nothing_while_it_copies() {
    let cluster = cluster!();
    let session = cluster.session().await;
    table(&session).await;
    let transaction = session.transaction().await.unwrap();
    let mut copy = transaction.copy_in("COPY t FROM STDIN").await.unwrap();
    assert!(matches!(transaction.execute("SELECT 1", &[]).await, Err(Error::Copying)));
    assert!(matches!(transaction.simple_query("SELECT 1").await, Err(Error::Copying)));
    copy.send(b"1\tx\n").await.unwrap();
    copy.finish().await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(count(&session).await, 1);
}

/// A transaction that was begun by hand is not the business of a `COPY` in it.
#[tokio::test]
async fn a_copy_in_a_transaction_begun_by_hand() {
    let cluster = cluster!();
    let session = cluster.session().await;
    table(&session).await;
    session.simple_query("BEGIN").await.unwrap();
    let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
    copy.send(b"1\tx\n").await.unwrap();
    copy.finish().await.unwrap();
    drop(session.exclusive().await.unwrap());
    assert_eq!(session.simple_query("COMMIT").await.unwrap()[0].tag(), "COMMIT");
    assert_eq!(count(&session).await, 1);
}
