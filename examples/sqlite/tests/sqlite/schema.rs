//! Migration steps: tables that are replaced, steps that are functions, and steps that must not be kept.

use actor_runtime::ActorHandle;
use rusqlite::Connection;
use sqlite_actor::{Error, Options, Result, Step, Value};

use crate::support::{Scratch, start};

/// Replaces `parent` as SQLite's documentation recommends.
const REPLACE: &str = "
    CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'none') STRICT;
    INSERT INTO new_parent (id) SELECT id FROM parent;
    DROP TABLE parent;
    ALTER TABLE new_parent RENAME TO parent;";

/// Returns the cause of a failed step.
async fn refused(options: Options) -> Error {
    match start(options).await {
        Err(Error::Boot { cause, .. }) => match *cause {
            Error::Migration { cause, .. } => *cause,
            error => panic!("{error:?}"),
        },
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it started"),
    }
}

fn version(plain: &Connection) -> i64 {
    plain.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn replacing_a_table_keeps_the_rows_that_refer_to_it() {
    for (action, create) in [
        (
            "CASCADE",
            "CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE CASCADE) STRICT;",
        ),
        (
            "SET NULL",
            "CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE SET NULL) STRICT;",
        ),
        (
            "RESTRICT",
            "CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE RESTRICT) STRICT;",
        ),
        ("no action", "CREATE TABLE child (parent INTEGER REFERENCES parent) STRICT;"),
        (
            "deferred",
            "CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED) STRICT;",
        ),
    ] {
        let scratch = Scratch::new();
        let first = [
            "CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT; INSERT INTO parent VALUES (1), (2);",
            create,
            "INSERT INTO child VALUES (1), (2), (2);",
        ];
        drop(start(Options::new(scratch.file(), first)).await.unwrap());
        let second = first.into_iter().chain([REPLACE]);
        let database = start(Options::new(scratch.file(), second)).await.unwrap();
        let rows = database.query("SELECT parent FROM child", vec![]).await.unwrap().unwrap();
        assert_eq!(rows, [[1], [2], [2]].map(|row| row.map(Value::Integer)), "{action}");
        // Foreign keys are enforced again.
        let orphan = database.execute("INSERT INTO child VALUES (7)", vec![]).await.unwrap();
        assert!(matches!(orphan, Err(Error::Constraint { .. })), "{action}: {orphan:?}");
    }
}

#[tokio::test]
async fn a_step_that_leaves_a_missing_reference_is_rolled_back() {
    let scratch = Scratch::new();
    let first = [
        "CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT; INSERT INTO parent VALUES (1), (2);",
        "CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE CASCADE) STRICT;
         INSERT INTO child VALUES (1), (2);",
    ];
    for step in
        ["DELETE FROM parent WHERE id = 2", "INSERT INTO child VALUES (3)", "DROP TABLE parent"]
    {
        let steps = first.into_iter().chain([step]);
        let error = refused(Options::new(scratch.file(), steps)).await;
        // A parent table that does not exist counts, too.
        let is_right = matches!(&error, Error::Orphan { table, .. } if table == "child");
        assert!(is_right || step == "DROP TABLE parent", "{step}: {error:?}");
        let plain = scratch.plain();
        assert_eq!(version(&plain), 2, "{step}");
        let parents: i64 =
            plain.query_row("SELECT count(*) FROM parent", [], |row| row.get(0)).unwrap();
        assert_eq!(parents, 2, "{step}");
    }
}

#[tokio::test]
async fn a_step_may_be_a_function() {
    let scratch = Scratch::new();
    let fill = |connection: &Connection| -> Result<()> {
        let mut insert = connection.prepare("INSERT INTO word VALUES (?1)")?;
        for word in ["one", "two"] {
            insert.execute([word])?;
        }
        Ok(())
    };
    let create = Step::sql("CREATE TABLE word (text TEXT) STRICT");
    let good = Options::new(scratch.file(), [create.clone(), Step::run(fill)]);
    let failing = Step::run(|connection| {
        connection.execute("DELETE FROM word", [])?;
        Err(Error::NotLeased)
    });
    let bad = Options::new(scratch.file(), [create, Step::run(fill), failing]);
    let error = refused(bad).await;
    assert!(matches!(error, Error::NotLeased), "{error:?}");
    let database = start(good).await.unwrap();
    let rows = database.query("SELECT text FROM word", vec![]).await.unwrap().unwrap();
    assert_eq!(rows, [["one"], ["two"]].map(|row| row.map(|text| Value::Text(text.to_owned()))));
}

#[tokio::test]
async fn a_step_cannot_begin_or_end_a_transaction() {
    for control in ["COMMIT", "END", "ROLLBACK", "BEGIN", "SAVEPOINT one", "RELEASE one"] {
        let text: &'static str =
            format!("CREATE TABLE half (a); {control}; CREATE TABLE other (b)").leak();
        let function = Step::run(move |connection| {
            connection.execute_batch("CREATE TABLE half (a)")?;
            connection.execute(control, [])?;
            Ok(())
        });
        for step in [Step::sql(text), function] {
            let scratch = Scratch::new();
            let error = refused(Options::new(scratch.file(), [step])).await;
            assert!(matches!(error, Error::TransactionControl), "{control}: {error:?}");
            let plain = scratch.plain();
            assert_eq!(version(&plain), 0);
            assert!(!plain.table_exists(None, "half").unwrap(), "{control}");
        }
    }
}

#[tokio::test]
async fn a_step_that_panics_is_rolled_back() {
    let scratch = Scratch::new();
    let step = Step::run(|connection| {
        connection.execute_batch("CREATE TABLE half (a)")?;
        panic!("on purpose");
    });
    let failed = start(Options::new(scratch.file(), [step])).await.map(|it| it.is_closed());
    assert!(matches!(failed, Err(Error::Panicked(_))), "{failed:?}");
    assert!(!scratch.plain().table_exists(None, "half").unwrap());
}
