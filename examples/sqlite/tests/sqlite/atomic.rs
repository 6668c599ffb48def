//! A request is executed in whole or not at all, and its reply tells which.

use actor_runtime::{ActorHandle, Builder, Context, OnPanic, Reply, actor};
use rusqlite::Connection;
use sqlite_actor::{Changed, DatabaseHandle, Error, Options, Result, Statement, Store, Value};

use crate::support::{Gate, INSERT, SCHEMA, Scratch, entry, grouped, start};

type Work = Box<dyn FnOnce(&Connection) -> Result<()> + Send>;

/// An actor that runs any function.
struct Runner(Store);

#[actor]
impl Runner {
    /// Runs `work` through `Store::write`.
    pub(crate) fn write(&mut self, work: Work, done: Reply<Result<()>>) {
        self.0.write(done, work);
    }

    #[on_start]
    fn boot(&mut self, context: &Context<Self>) -> Result<(), Error> {
        self.0.boot(context.watch())
    }

    #[on_idle]
    fn flush(&mut self) {
        self.0.flush();
    }

    #[on_stop]
    fn close(&mut self) {
        self.0.close();
    }
}

async fn runner(options: Options) -> RunnerHandle {
    let builder = Builder::new().on_panic(OnPanic::Continue);
    builder.start_thread(move || Ok(Runner(options.open()?))).await.unwrap()
}

/// Options without and with group commit, each with a database of its own.
fn both() -> [(Scratch, Options); 2] {
    [None, Some(grouped(64))].map(|grouping| {
        let scratch = Scratch::new();
        let options = scratch.options();
        let options = grouping.into_iter().fold(options, |options, it| options.group_commit(it));
        (scratch, options)
    })
}

fn add(connection: &Connection, name: &str) -> Result<()> {
    connection.prepare_cached(INSERT)?.execute((name, 0))?;
    Ok(())
}

#[tokio::test]
async fn the_texts_of_the_store_are_not_those_of_a_caller() {
    for (scratch, options) in both() {
        let database = start(options).await.unwrap();
        // Each of the store's own statements has run, and is cached.
        let one = || vec![Statement::new(INSERT, entry("one", 0))];
        database.transaction(one()).await.unwrap().unwrap();
        assert!(database.transaction(one()).await.unwrap().is_err());
        let lease = database.lease().await.unwrap();
        lease.begin().await.unwrap().unwrap();
        assert!(lease.transaction(one()).await.unwrap().is_err());
        lease.roll_back().await.unwrap().unwrap();
        drop(lease);
        for sql in [
            "BEGIN IMMEDIATE -- store",
            "BEGIN DEFERRED -- store",
            "SAVEPOINT request -- store",
            "BEGIN IMMEDIATE",
            "COMMIT",
            "ROLLBACK",
            "SAVEPOINT request",
            "RELEASE request",
            "ROLLBACK TO request",
        ] {
            let executed = database.execute(sql, vec![]).await.unwrap().map(|_| ());
            let queried = database.query(sql, vec![]).await.unwrap().map(|_| ());
            let within = vec![Statement::new(sql, vec![])];
            let within = database.transaction(within).await.unwrap().map(|_| ());
            for outcome in [executed, queried, within] {
                assert!(matches!(outcome, Err(Error::TransactionControl)), "{sql}: {outcome:?}");
            }
        }
        for number in 0..5 {
            database.execute(INSERT, entry(format!("{number}"), 0)).await.unwrap().unwrap();
        }
        database.shutdown().await;
        assert_eq!(scratch.names(), ["one", "0", "1", "2", "3", "4"]);
    }
}

async fn changed(database: &DatabaseHandle, sql: &str) -> Result<Changed> {
    database.execute(sql, vec![]).await.unwrap()
}

#[tokio::test]
async fn execute_runs_a_statement_that_returns_rows_to_its_end() {
    for (scratch, options) in both() {
        let database = start(options).await.unwrap();
        let insert = "INSERT INTO entry (name, number) VALUES ('a', 1), ('b', 2) RETURNING id";
        assert_eq!(changed(&database, insert).await.unwrap(), Changed { rows: 2, last_id: 2 });
        let update = "UPDATE entry SET number = 3 RETURNING name";
        assert_eq!(changed(&database, update).await.unwrap().rows, 2);
        let delete = "DELETE FROM entry WHERE name = 'a' RETURNING id, name";
        assert_eq!(changed(&database, delete).await.unwrap().rows, 1);
        // Statements that change no rows do not report those of an earlier one.
        for sql in ["CREATE TABLE other (a)", "DROP TABLE other", "SELECT 1", "PRAGMA user_version"]
        {
            assert_eq!(changed(&database, sql).await.unwrap().rows, 0, "{sql}");
        }
        assert_eq!(scratch.names(), ["b"]);
    }
}

#[tokio::test]
async fn a_statement_whose_rows_cannot_be_read_is_rolled_back() {
    for (scratch, options) in both() {
        let database = start(options).await.unwrap();
        database.execute(INSERT, entry("kept", 0)).await.unwrap().unwrap();
        let text = "CAST(x'ff' AS TEXT)";
        for sql in [
            format!("INSERT INTO entry (name, number) VALUES ('new', 1) RETURNING {text}"),
            format!("UPDATE entry SET name = 'new' RETURNING {text}"),
            format!("DELETE FROM entry RETURNING id, {text}"),
            format!(
                "WITH new AS (SELECT 'new') INSERT INTO entry (name, number) SELECT *, 1 FROM new RETURNING {text}"
            ),
        ] {
            let rows = database.query(sql.clone(), vec![]).await.unwrap();
            assert!(matches!(rows, Err(Error::Sql(_))), "{sql}: {rows:?}");
            assert_eq!(scratch.names(), ["kept"], "{sql}");
        }
        let rows = database.query("UPDATE entry SET number = 2 RETURNING name", vec![]);
        assert_eq!(rows.await.unwrap().unwrap(), [[Value::Text("kept".to_owned())]]);
    }
}

#[tokio::test]
async fn a_write_that_fails_after_its_first_statement_is_rolled_back() {
    for (scratch, options) in both() {
        let runner = runner(options).await;
        let works: [(&str, Work); 4] = [
            (
                "a panic",
                Box::new(|connection| {
                    add(connection, "one")?;
                    panic!("on purpose");
                }),
            ),
            (
                "a second statement",
                Box::new(|connection| {
                    add(connection, "one")?;
                    add(connection, "one")
                }),
            ),
            (
                "an error of its own",
                Box::new(|connection| {
                    add(connection, "one")?;
                    Err(Error::NotLeased)
                }),
            ),
            (
                "a result that cannot be read",
                Box::new(|connection| {
                    let sql = format!("{INSERT} RETURNING CAST(x'ff' AS TEXT)");
                    let _: String = connection.query_row(&sql, ("one", 0), |row| row.get(0))?;
                    Ok(())
                }),
            ),
        ];
        for (what, work) in works {
            let outcome = runner.write(work).await.map_err(Error::from).and_then(|outcome| outcome);
            assert!(outcome.is_err(), "{what}: {outcome:?}");
            assert_eq!(scratch.names(), [""; 0], "{what}");
        }
        runner.write(Box::new(|connection| add(connection, "kept"))).await.unwrap().unwrap();
        assert_eq!(scratch.names(), ["kept"]);
    }
}

/// Makes the second row of a statement fail, in different ways that keep the first row or roll everything back.
const FAILING: [(&str, &str); 6] = [
    ("", "INSERT OR FAIL INTO entry (name, number) VALUES ('new', 0), ('taken', 0)"),
    ("", "INSERT OR ROLLBACK INTO entry (name, number) VALUES ('new', 0), ('taken', 0)"),
    (
        "CREATE TRIGGER one BEFORE INSERT ON entry WHEN new.name = 'taken' BEGIN SELECT RAISE(FAIL, 'no'); END",
        "INSERT INTO entry (name, number) VALUES ('new', 0), ('taken', 0)",
    ),
    (
        "CREATE TRIGGER one BEFORE INSERT ON entry WHEN new.name = 'taken' BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
        "INSERT INTO entry (name, number) VALUES ('new', 0), ('taken', 0)",
    ),
    ("", "UPDATE OR FAIL entry SET name = 'same'"),
    ("", "UPDATE OR ROLLBACK entry SET name = 'same'"),
];

#[tokio::test]
async fn a_statement_that_fails_halfway_changes_nothing() {
    for (trigger, failing) in FAILING {
        for (scratch, options) in both() {
            let database = start(options).await.unwrap();
            for name in ["taken", "other"] {
                database.execute(INSERT, entry(name, 0)).await.unwrap().unwrap();
            }
            if !trigger.is_empty() {
                changed(&database, trigger).await.unwrap();
            }
            changed(&database, failing).await.unwrap_err();
            assert_eq!(scratch.names(), ["taken", "other"], "{failing}");
            // Also as part of a transaction over several requests, which goes on unless SQLite has rolled it back.
            let lease = database.lease().await.unwrap();
            lease.begin().await.unwrap().unwrap();
            lease.execute(INSERT, entry("mine", 0)).await.unwrap().unwrap();
            lease.execute(failing, vec![]).await.unwrap().unwrap_err();
            let is_kept = lease.commit().await.unwrap();
            let names = scratch.names();
            match is_kept {
                Ok(()) => assert_eq!(names, ["taken", "other", "mine"], "{failing}"),
                Err(error) => {
                    assert!(matches!(error, Error::RolledBack), "{error:?}");
                    assert_eq!(names, ["taken", "other"], "{failing}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_others_of_a_group_are_stored_or_told_otherwise() {
    for (trigger, failing) in FAILING {
        let scratch = Scratch::new();
        let database = start(scratch.options().group_commit(grouped(64))).await.unwrap();
        for name in ["taken", "other"] {
            database.execute(INSERT, entry(name, 0)).await.unwrap().unwrap();
        }
        if !trigger.is_empty() {
            changed(&database, trigger).await.unwrap();
        }
        let gate = Gate::close(&scratch);
        let mut answers = Vec::new();
        for name in ["before", "", "after"] {
            let call = match name {
                "" => database.execute(failing, vec![]),
                name => database.execute(INSERT, entry(name, 0)),
            };
            answers.push((name, call.sent().await.unwrap()));
        }
        gate.open();
        let mut stored = vec!["taken".to_owned(), "other".to_owned()];
        for (name, answer) in answers {
            match answer.await.unwrap() {
                Ok(_) if !name.is_empty() => stored.push(name.to_owned()),
                Err(Error::RolledBack) if !name.is_empty() => {
                    assert!(Error::RolledBack.is_safe_to_retry());
                }
                Err(_) if name.is_empty() => {}
                outcome => panic!("{failing}, {name}: {outcome:?}"),
            }
        }
        assert_eq!(scratch.names(), stored, "{failing}");
        assert!(stored.contains(&"after".to_owned()), "{failing}");
    }
}

/// A function that ignores the error of a statement, after which SQLite is no longer in a transaction.
#[tokio::test]
async fn nothing_is_kept_of_a_transaction_that_sqlite_rolled_back_inside() {
    for rolls_back in [
        "INSERT OR ROLLBACK INTO entry (name, number) VALUES ('first', 0)",
        "UPDATE OR ROLLBACK entry SET name = 'same'",
        "DELETE FROM entry",
        "INSERT INTO strict VALUES (1), (1)",
    ] {
        for grouping in [None, Some(grouped(64))] {
            let scratch = Scratch::new();
            let steps = SCHEMA.iter().copied().chain([
                "CREATE TRIGGER keep BEFORE DELETE ON entry BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
                "CREATE TABLE strict (number INTEGER UNIQUE ON CONFLICT ROLLBACK)",
            ]);
            let options = Options::new(scratch.file(), steps);
            let options =
                grouping.into_iter().fold(options, |options, it| options.group_commit(it));
            let runner = runner(options).await;
            let work: Work = Box::new(move |connection| {
                add(connection, "first")?;
                add(connection, "second")?;
                connection.execute(rolls_back, []).unwrap_err();
                // Would be committed at once, outside of any transaction.
                let _ = add(connection, "third");
                let _ = connection.execute("CREATE TABLE fourth (a)", []);
                Ok(())
            });
            let outcome = runner.write(work).await.unwrap();
            assert!(matches!(outcome, Err(Error::RolledBack)), "{rolls_back}: {outcome:?}");
            assert_eq!(scratch.names(), [""; 0], "{rolls_back}");
            assert!(!scratch.plain().table_exists(None, "fourth").unwrap(), "{rolls_back}");
            runner.write(Box::new(|connection| add(connection, "kept"))).await.unwrap().unwrap();
            assert_eq!(scratch.names(), ["kept"], "{rolls_back}");
        }
    }
}
