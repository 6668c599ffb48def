//! A database that is opened for reading only, and statements that readers refuse.

use actor_runtime::ActorHandle;
use sqlite_actor::{Error, Options, Pool, Value};

use crate::{
    pool::{pool, soon},
    support::{INSERT, SCHEMA, Scratch, entry, start},
};

/// Returns the cause of a failed start.
fn cause(error: Error) -> Error {
    match error {
        Error::Boot { cause, .. } => *cause,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_read_only_store_reads_and_refuses_to_write() {
    let scratch = Scratch::new();
    let writer = start(scratch.options()).await.unwrap();
    writer.execute(INSERT, entry("one", 1)).await.unwrap().unwrap();
    let reader = start(scratch.options().read_only()).await.unwrap();
    let rows = reader.query("SELECT name FROM entry", vec![]).await.unwrap().unwrap();
    assert_eq!(rows, [[Value::Text("one".to_owned())]]);
    for sql in [
        "INSERT INTO entry (name, number) VALUES ('two', 2)",
        "DELETE FROM entry",
        "CREATE TABLE other (x)",
        "CREATE TEMP TABLE other (x)",
        "DROP TABLE part",
    ] {
        let refused = reader.execute(sql, vec![]).await.unwrap();
        assert!(matches!(refused, Err(Error::ReadOnly(_))), "{sql}: {refused:?}");
    }
    reader.shutdown().await;
    writer.shutdown().await;
    assert_eq!(scratch.names(), ["one"]);
    assert!(!scratch.has_log());
}

#[tokio::test]
async fn a_read_only_store_neither_creates_nor_migrates() {
    let scratch = Scratch::new();
    let missing = start(scratch.options().read_only()).await.unwrap_err();
    assert!(matches!(cause(missing), Error::CannotOpen(_)));
    assert!(!scratch.file().exists());
    start(Options::new(scratch.file(), &SCHEMA[..1])).await.unwrap().shutdown().await;
    let older = start(scratch.options().read_only()).await.unwrap_err();
    assert_eq!(
        older.to_string(),
        format!(
            "cannot open the database `{}`: schema version 1 is older than 2, and is not migrated for reading",
            scratch.file().display()
        )
    );
    start(scratch.options()).await.unwrap().shutdown().await;
    start(scratch.options().read_only()).await.unwrap().shutdown().await;
    let newer = start(Options::new(scratch.file(), &SCHEMA[..1]).read_only()).await.unwrap_err();
    assert!(matches!(cause(newer), Error::Newer { found: 2, known: 1 }));
}

#[tokio::test]
async fn a_database_in_memory_has_no_readers() {
    let options = Options::in_memory(SCHEMA);
    let writer = start(options.clone()).await.unwrap();
    let refused = Pool::start(writer.clone(), &options, 2).await.unwrap_err();
    assert!(matches!(cause(refused), Error::InMemory));
    // The writer goes on.
    writer.execute(INSERT, entry("one", 1)).await.unwrap().unwrap();
    let refused = start(options.read_only()).await.unwrap_err();
    assert!(matches!(cause(refused), Error::InMemory));
}

/// So a read leaves nothing behind on its connection that the next one could see.
#[tokio::test]
async fn a_reader_refuses_what_is_not_a_read() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    for sql in ["PRAGMA query_only = 0", "ATTACH ':memory:' AS other", "VACUUM"] {
        let refused = soon(pool.query(sql, vec![])).await;
        assert!(matches!(refused, Err(Error::NotForReaders)), "{sql}: {refused:?}");
    }
    for sql in ["CREATE TEMP TABLE other (x)", "DELETE FROM entry"] {
        let refused = soon(pool.query(sql, vec![])).await;
        assert!(matches!(refused, Err(Error::ReadOnly(_))), "{sql}: {refused:?}");
    }
    for sql in ["BEGIN", "COMMIT", "SAVEPOINT x"] {
        let refused = soon(pool.query(sql, vec![])).await;
        assert!(matches!(refused, Err(Error::TransactionControl)), "{sql}: {refused:?}");
    }
    assert_eq!(soon(pool.query("SELECT 1", vec![])).await.unwrap(), [[Value::Integer(1)]]);
}
