//! Copies of a database, and statements that SQLite refuses in a transaction.

use std::fs;

use actor_runtime::ActorHandle;
use rusqlite::Connection;
use sqlite_actor::{Error, Value};

use crate::support::{INSERT, Scratch, count, entry, grouped, start};

fn names(file: &std::path::Path) -> Vec<String> {
    let plain = Connection::open(file).unwrap();
    let mut statement = plain.prepare("SELECT name FROM entry ORDER BY id").unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_backup_has_everything_that_was_acknowledged() {
    for grouping in [None, Some(grouped(64))] {
        let scratch = Scratch::new();
        let options = scratch.options();
        let options = grouping.into_iter().fold(options, |options, it| options.group_commit(it));
        let database = start(options).await.unwrap();
        let copy = scratch.directory().join("copy.db");
        let one = database.execute(INSERT, entry("one", 0)).sent().await.unwrap();
        let copied = database.backup(copy.clone()).sent().await.unwrap();
        let two = database.execute(INSERT, entry("two", 0)).sent().await.unwrap();
        copied.await.unwrap().unwrap();
        one.await.unwrap().unwrap();
        two.await.unwrap().unwrap();
        assert_eq!(names(&copy), ["one"]);
        // The copy is not overwritten, and nothing else is left.
        match database.backup(copy.clone()).await.unwrap() {
            Err(Error::Backup { path, cause }) => {
                assert_eq!((path, cause.as_str()), (copy.clone(), "the file exists"));
            }
            outcome => panic!("{outcome:?}"),
        }
        assert_eq!(names(&copy), ["one"]);
        assert!(!scratch.directory().join("copy.db.partial").exists());
    }
}

#[tokio::test]
async fn a_backup_that_fails_leaves_no_file() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    let nowhere = scratch.directory().join("nowhere").join("copy.db");
    let outcome = database.backup(nowhere).await.unwrap();
    assert!(matches!(outcome, Err(Error::Backup { .. })), "{outcome:?}");
    // A copy that was interrupted does not prevent the next.
    let copy = scratch.directory().join("copy.db");
    fs::write(scratch.directory().join("copy.db.partial"), "half of a copy").unwrap();
    database.backup(copy.clone()).await.unwrap().unwrap();
    assert_eq!(names(&copy), [""; 0]);
    let lease = database.lease().await.unwrap();
    lease.begin().await.unwrap().unwrap();
    let within = lease.backup(scratch.directory().join("other.db")).await.unwrap();
    assert!(matches!(within, Err(Error::InTransaction)), "{within:?}");
    lease.roll_back().await.unwrap().unwrap();
}

#[tokio::test]
async fn statements_that_sqlite_refuses_in_a_transaction_run_apart() {
    for grouping in [None, Some(grouped(64))] {
        let scratch = Scratch::new();
        let options = scratch.options();
        let options = grouping.into_iter().fold(options, |options, it| options.group_commit(it));
        let database = start(options).await.unwrap();
        let copy = scratch.directory().join("copy.db");
        let path = || vec![Value::Text(copy.to_str().unwrap().to_owned())];
        for (sql, values) in [
            ("VACUUM INTO ?1", path()),
            ("vacuum", vec![]),
            ("ATTACH ?1 AS copy", path()),
            (
                "INSERT INTO copy.entry (name, number) SELECT 'copy ' || name, number FROM main.entry",
                vec![],
            ),
            ("DETACH copy", vec![]),
            ("PRAGMA wal_checkpoint(TRUNCATE)", vec![]),
            ("/* all */ PRAGMA incremental_vacuum", vec![]),
        ] {
            // A write of another caller comes right before it.
            let name = format!("before {sql}");
            let write = database.execute(INSERT, entry(name, 0)).sent().await.unwrap();
            database.execute(sql, values).await.unwrap().unwrap();
            write.await.unwrap().unwrap();
        }
        assert_eq!(count(&database).await, 7);
        // What was vacuumed is the actor's file, and transactions work as before.
        let control = database.execute("COMMIT", vec![]).await.unwrap();
        assert!(matches!(control, Err(Error::TransactionControl)), "{control:?}");
        assert_eq!(names(&copy).len(), 5);
        database.shutdown().await;
        assert!(!scratch.has_log());
    }
}
