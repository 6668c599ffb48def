//! Group commit: requests share a commit, but not their errors.

use std::time::Duration;

use actor_runtime::ActorHandle;
use sqlite_actor::{Error, GroupCommit, Rule, Statement, Value};

use crate::support::{Gate, INSERT, Scratch, count, entry, grouped, start};

#[tokio::test]
async fn queued_requests_share_a_commit() {
    let scratch = Scratch::new();
    let database = start(scratch.options().group_commit(grouped(64))).await.unwrap();
    let gate = Gate::close(&scratch);
    let mut answers = Vec::new();
    for number in 0..60 {
        let call = database.execute(INSERT, entry(format!("{number}"), 0));
        answers.push(call.sent().await.unwrap());
    }
    gate.open();
    for answer in answers {
        answer.await.unwrap().unwrap();
    }
    let counts = database.counts().await.unwrap();
    assert_eq!((counts.commits, counts.grouped, counts.largest_group), (1, 60, 60));
    assert_eq!(scratch.names().len(), 60);
}

#[tokio::test]
async fn a_reply_is_sent_after_its_commit() {
    let scratch = Scratch::new();
    let database = start(scratch.options().group_commit(grouped(64))).await.unwrap();
    let plain = scratch.plain();
    for number in 0..200 {
        let name = format!("{number}");
        database.execute(INSERT, entry(name.clone(), 0)).await.unwrap().unwrap();
        // Another connection sees only committed rows.
        let sql = "SELECT count(*) FROM entry WHERE name = ?1";
        let found: i64 = plain.query_row(sql, [name], |row| row.get(0)).unwrap();
        assert_eq!(found, 1, "{number}");
    }
}

#[tokio::test]
async fn a_failed_request_does_not_affect_its_group() {
    let scratch = Scratch::new();
    let database = start(scratch.options().group_commit(grouped(64))).await.unwrap();
    let bad = || {
        vec![
            Statement::new(INSERT, entry("first half", 0)),
            Statement::new(INSERT, entry("second half", -1)),
        ]
    };
    let gate = Gate::close(&scratch);
    let one = database.execute(INSERT, entry("one", 0)).sent().await.unwrap();
    let check = database.execute(INSERT, entry("negative", -1)).sent().await.unwrap();
    let unique = database.execute(INSERT, entry("one", 0)).sent().await.unwrap();
    let whole = database.transaction(bad()).sent().await.unwrap();
    let two = database.execute(INSERT, entry("two", 0)).sent().await.unwrap();
    gate.open();
    one.await.unwrap().unwrap();
    two.await.unwrap().unwrap();
    let broken = |outcome: Error| match outcome {
        Error::Constraint { rule, .. } => rule,
        error => panic!("{error:?}"),
    };
    assert_eq!(broken(check.await.unwrap().unwrap_err()), Rule::Check);
    assert_eq!(broken(unique.await.unwrap().unwrap_err()), Rule::Unique);
    assert_eq!(broken(whole.await.unwrap().unwrap_err()), Rule::Check);
    assert_eq!(scratch.names(), ["one", "two"]);
    assert_eq!(database.counts().await.unwrap().commits, 1);
}

#[tokio::test]
async fn a_caller_reads_its_own_writes() {
    for grouping in [None, Some(grouped(64))] {
        let scratch = Scratch::new();
        let options = scratch.options();
        let options = grouping.into_iter().fold(options, |options, it| options.group_commit(it));
        let database = start(options).await.unwrap();
        for number in 0..50 {
            let write = database.execute(INSERT, entry(format!("{number}"), 0)).sent().await;
            let read = database.query("SELECT count(*) FROM entry", vec![]).sent().await;
            assert_eq!(read.unwrap().await.unwrap().unwrap(), [[Value::Integer(number + 1)]]);
            write.unwrap().await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_full_group_is_committed_immediately() {
    let scratch = Scratch::new();
    let database = start(scratch.options().group_commit(grouped(4))).await.unwrap();
    let gate = Gate::close(&scratch);
    let mut answers = Vec::new();
    for number in 0..100 {
        let call = database.execute(INSERT, entry(format!("{number}"), 0));
        answers.push(call.sent().await.unwrap());
    }
    gate.open();
    for answer in answers {
        answer.await.unwrap().unwrap();
    }
    let counts = database.counts().await.unwrap();
    assert_eq!((counts.commits, counts.largest_group), (25, 4));
}

#[tokio::test]
async fn a_group_is_committed_at_its_maximum_age() {
    let scratch = Scratch::new();
    let at_once = GroupCommit { max_requests: 64, max_age: Duration::ZERO };
    let database = start(scratch.options().group_commit(at_once)).await.unwrap();
    let gate = Gate::close(&scratch);
    let mut answers = Vec::new();
    for number in 0..10 {
        let call = database.execute(INSERT, entry(format!("{number}"), 0));
        answers.push(call.sent().await.unwrap());
    }
    gate.open();
    for answer in answers {
        answer.await.unwrap().unwrap();
    }
    let counts = database.counts().await.unwrap();
    assert_eq!((counts.commits, counts.largest_group), (10, 1));
}

/// One request violates a constraint that is checked at the commit.
#[tokio::test]
async fn a_failed_commit_fails_the_whole_group() {
    let scratch = Scratch::new();
    let database = start(scratch.options().group_commit(grouped(64))).await.unwrap();
    let gate = Gate::close(&scratch);
    let mut answers = Vec::new();
    for number in 0..20 {
        let call = database.execute(INSERT, entry(format!("{number}"), 0));
        answers.push(call.sent().await.unwrap());
    }
    answers.push(database.execute("INSERT INTO part VALUES (999)", vec![]).sent().await.unwrap());
    let read = database.query("SELECT count(*) FROM entry", vec![]).sent().await.unwrap();
    gate.open();
    for answer in answers {
        let outcome = answer.await.unwrap();
        assert!(
            matches!(outcome, Err(Error::Constraint { rule: Rule::ForeignKey, .. })),
            "{outcome:?}"
        );
    }
    // The read saw rows that were rolled back.
    assert!(read.await.unwrap().is_err());
    assert_eq!(scratch.names(), [""; 0]);
    // The next group is not affected.
    database.execute(INSERT, entry("next", 0)).await.unwrap().unwrap();
}

/// A full disk makes SQLite roll back the whole transaction in the middle of the group.
#[tokio::test]
async fn rows_that_sqlite_rolls_back_are_not_acknowledged() {
    let scratch = Scratch::new();
    let database = start(scratch.options().group_commit(grouped(64))).await.unwrap();
    database.query("PRAGMA max_page_count = 40", vec![]).await.unwrap().unwrap();
    let mut answers = Vec::new();
    for number in 0..400 {
        let name = format!("{number}-{}", "x".repeat(1_000));
        let call = database.execute(INSERT, entry(name.clone(), 0));
        answers.push((name, call.sent().await.unwrap()));
    }
    let (mut kept, mut refused) = (Vec::new(), 0);
    for (name, answer) in answers {
        match answer.await.unwrap() {
            Ok(_) => kept.push(name),
            Err(Error::DiskFull | Error::RolledBack) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(refused > 0 && !kept.is_empty(), "{refused} refused, {} kept", kept.len());
    assert_eq!(scratch.names(), kept);
    database.shutdown().await;
    assert!(!scratch.has_log());
}

#[tokio::test]
async fn sql_text_cannot_begin_or_end_a_transaction() {
    for grouping in [None, Some(grouped(64))] {
        let scratch = Scratch::new();
        let options = scratch.options();
        let options = grouping.into_iter().fold(options, |options, it| options.group_commit(it));
        let database = start(options).await.unwrap();
        database.execute(INSERT, entry("one", 0)).await.unwrap().unwrap();
        for sql in [
            "BEGIN",
            "BEGIN IMMEDIATE",
            "begin exclusive transaction",
            "COMMIT",
            "END",
            "ROLLBACK",
            "SAVEPOINT request",
            "RELEASE request",
            "ROLLBACK TO request",
        ] {
            // Together with a request whose group is not committed yet.
            let (other, outcome) = tokio::join!(
                database.execute("UPDATE entry SET number = number + 1", vec![]),
                database.execute(sql, vec![]),
            );
            other.unwrap().unwrap();
            let outcome = outcome.unwrap();
            assert!(matches!(outcome, Err(Error::TransactionControl)), "{sql}: {outcome:?}");
        }
        let rows = database.query("SELECT number FROM entry", vec![]).await.unwrap().unwrap();
        assert_eq!(rows, [[Value::Integer(9)]]);
    }
}

#[tokio::test]
async fn a_request_is_one_statement() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    let two = "INSERT INTO entry VALUES (1, 'one', 1); INSERT INTO entry VALUES (2, 'two', 2)";
    let outcome = database.execute(two, vec![]).await.unwrap();
    assert!(matches!(outcome, Err(Error::Sql(_))), "{outcome:?}");
    assert_eq!(count(&database).await, 0);
}
