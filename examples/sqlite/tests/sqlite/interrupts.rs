//! Reads whose caller is gone, and statements of an actor that is aborted, are interrupted.
//!
//! The query has no end, so the tests hang if it is not interrupted.

use std::{sync::mpsc, time::Duration};

use actor_runtime::{ActorHandle, Builder, Context, ExitReason, Reply, actor};
use sqlite_actor::{
    DatabaseHandle, Error, Options, Result, Store, Value, rusqlite::functions::FunctionFlags,
};

use crate::support::{INSERT, Scratch, count, entry, grouped, start, start_with};

const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

async fn database(scratch: &Scratch) -> DatabaseHandle {
    start(scratch.options()).await.unwrap()
}

/// Returns 1 if the actor handles the next request.
async fn one(database: &DatabaseHandle) -> i64 {
    let rows = database.query("SELECT 1", vec![]).await.unwrap().unwrap();
    match rows[0][0] {
        Value::Integer(one) => one,
        ref other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_query_whose_time_is_over_is_interrupted() {
    let scratch = Scratch::new();
    let database = database(&scratch).await;
    for sql in [ENDLESS, &format!("SELECT ({ENDLESS})"), &format!("VALUES (({ENDLESS}))")] {
        let late = database.query(sql, vec![]).timeout(Duration::from_millis(5)).await;
        assert!(late.is_err());
        assert_eq!(one(&database).await, 1);
        // By a method that drops the rows, too.
        let late = database.execute(sql, vec![]).timeout(Duration::from_millis(5)).await;
        assert!(late.is_err());
        assert_eq!(one(&database).await, 1);
    }
}

#[tokio::test]
async fn a_query_whose_caller_is_dropped_is_interrupted() {
    let scratch = Scratch::new();
    let database = database(&scratch).await;
    let answer = database.query(ENDLESS, vec![]).sent().await.unwrap();
    // It runs, because the next request does not.
    let mut next = Box::pin(one(&database));
    let waits = tokio::time::timeout(Duration::from_millis(5), &mut next).await;
    assert!(waits.is_err());
    drop(answer);
    assert_eq!(next.await, 1);
    // One that was only cast has no caller.
    database.query(ENDLESS, vec![]).cast().await.unwrap();
    assert_eq!(one(&database).await, 1);
}

#[test]
fn a_query_of_a_plain_thread_is_interrupted() {
    let scratch = Scratch::new();
    let options = scratch.options();
    let make = move || sqlite_actor::Database::open(&options);
    let database = Builder::new().start_thread(make).blocking().unwrap();
    let late = database.query(ENDLESS, vec![]).timeout(Duration::from_millis(5)).blocking();
    assert!(late.is_err());
    assert_eq!(database.shutdown().blocking(), ExitReason::Shutdown);
    assert!(!scratch.has_log());
}

#[tokio::test]
async fn an_interrupted_query_does_not_affect_its_group_or_transaction() {
    let scratch = Scratch::new();
    let options = scratch.options().group_commit(grouped(64));
    let database = start(options).await.unwrap();
    let write = database.execute(INSERT, entry("one", 0)).sent().await.unwrap();
    let late = database.query(ENDLESS, vec![]).timeout(Duration::from_millis(5)).await;
    assert!(late.is_err());
    write.await.unwrap().unwrap();
    let lease = database.lease().await.unwrap();
    lease.begin().await.unwrap().unwrap();
    lease.execute(INSERT, entry("two", 0)).await.unwrap().unwrap();
    let late = lease.query(ENDLESS, vec![]).timeout(Duration::from_millis(5)).await;
    assert!(late.is_err());
    assert_eq!(count(&lease).await, 2);
    lease.commit().await.unwrap().unwrap();
    assert_eq!(scratch.names(), ["one", "two"]);
}

#[tokio::test]
async fn an_interrupted_query_does_not_affect_the_reads_of_its_batch() {
    let scratch = Scratch::new();
    let database = start_with(Builder::new().batch(64), scratch.options()).await.unwrap();
    let busy = database.query(ENDLESS, vec![]).sent().await.unwrap();
    let before = database.query("SELECT 1", vec![]).sent().await.unwrap();
    let endless = database.query(ENDLESS, vec![]).sent().await.unwrap();
    let after = database.query("SELECT 2", vec![]).sent().await.unwrap();
    drop(busy);
    assert_eq!(before.await.unwrap().unwrap(), [[Value::Integer(1)]]);
    drop(endless);
    assert_eq!(after.await.unwrap().unwrap(), [[Value::Integer(2)]]);
}

#[tokio::test]
async fn an_abort_interrupts_a_query_whose_caller_waits() {
    let scratch = Scratch::new();
    let database = database(&scratch).await;
    let answer = database.query(ENDLESS, vec![]).sent().await.unwrap();
    database.abort();
    assert_eq!(database.exited().await, ExitReason::Aborted);
    let outcome = answer.await.map_err(Error::from).and_then(|outcome| outcome);
    assert!(matches!(outcome, Err(Error::Interrupted | Error::Closed { .. })), "{outcome:?}");
    assert!(!scratch.has_log());
}

/// An actor with a write that can be stopped in the middle.
struct Writer(Store);

#[actor]
impl Writer {
    /// Adds one row, and then rows without end.
    pub(crate) fn write(&mut self, done: Reply<Result<()>>) {
        self.0.write(done, |connection| {
            connection.execute(INSERT, ("first", 0))?;
            let sql = "INSERT INTO entry (name, number)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT step(i) FROM n) SELECT 'n' || i, i FROM n";
            connection.execute(sql, [])?;
            Ok(())
        });
    }

    #[on_start]
    fn boot(&mut self, context: &Context<Self>) -> Result<(), Error> {
        self.0.boot(context.watch())
    }
}

fn writer(options: Options, begun: mpsc::Sender<()>) -> WriterHandle {
    let options = options.configure(move |connection| {
        let begun = begun.clone();
        connection.create_scalar_function("step", 1, FunctionFlags::default(), move |values| {
            let _ = begun.send(());
            Ok(values.get::<i64>(0)? + 1)
        })?;
        Ok(())
    });
    let make = move || Ok(Writer(options.open()?));
    Builder::new().start_thread(make).blocking().unwrap()
}

/// A write is not interrupted because its caller is gone, but it is by an abort, and nothing of it is stored.
#[test]
fn an_abort_interrupts_a_write() {
    let scratch = Scratch::new();
    let (sender, begun) = mpsc::channel();
    let writer = writer(scratch.options(), sender);
    let answer = writer.write().try_call().unwrap();
    begun.recv().unwrap();
    drop(answer);
    for _ in 0..5_000 {
        begun.recv().unwrap();
    }
    writer.abort();
    assert_eq!(writer.exited().blocking(), ExitReason::Aborted);
    assert_eq!(scratch.names(), [""; 0]);
}
