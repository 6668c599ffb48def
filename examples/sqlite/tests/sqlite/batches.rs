//! Reads of one batch: the snapshot they see, and writes between them.

use std::sync::mpsc;

use actor_runtime::{Builder, Context, Reply, actor};
use rusqlite::Connection;
use sqlite_actor::{Error, Options, Result, Store};

use crate::support::{INSERT, Scratch, entry, start_with};

/// An actor that can be blocked between two requests.
struct Ledger(Store);

#[actor(mailbox = 256)]
impl Ledger {
    /// Returns the number of entries.
    pub(crate) fn count(&mut self, count: Reply<Result<i64>>) {
        self.0.read(count, |connection| {
            Ok(connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0))?)
        });
    }

    /// Adds an entry.
    pub(crate) fn add(&mut self, name: &str, done: Reply<Result<()>>) {
        self.0.write(done, |connection| {
            connection.execute(INSERT, (name, 1))?;
            Ok(())
        });
    }

    /// Adds an entry through `Store::read`.
    pub(crate) fn add_by_reading(&mut self, name: &str, done: Reply<Result<i64>>) {
        self.0.read(done, |connection| {
            let sql = format!("{INSERT} RETURNING id");
            Ok(connection.query_row(&sql, (name, 1), |row| row.get(0))?)
        });
    }

    /// Runs `job` on the actor's thread.
    pub(crate) fn pause(&mut self, job: Box<dyn FnOnce() + Send>) {
        job();
    }

    #[on_start]
    fn boot(&mut self, context: &Context<Self>) -> Result<(), Error> {
        self.0.boot(context.watch())
    }

    #[on_idle]
    fn flush(&mut self) {
        self.0.flush();
    }
}

fn ledger(options: Options) -> LedgerHandle {
    let make = move || Ok(Ledger(options.open()?));
    Builder::new().batch(64).start_thread(make).blocking().unwrap()
}

/// Blocks the ledger until the returned sender is dropped, so that requests are queued.
fn busy(ledger: &LedgerHandle) -> mpsc::Sender<()> {
    let (begun, has_begun) = mpsc::channel();
    let (sender, receiver) = mpsc::channel::<()>();
    let job = Box::new(move || {
        begun.send(()).unwrap();
        let _ = receiver.recv();
    });
    ledger.pause(job).try_cast().unwrap();
    has_begun.recv().unwrap();
    sender
}

fn insert(connection: &Connection, name: &str) {
    connection.execute(INSERT, (name, 1)).unwrap();
}

#[test]
fn a_read_sees_commits_from_before_it_was_sent() {
    let scratch = Scratch::new();
    let ledger = ledger(scratch.options());
    let other = scratch.plain();
    let busy = busy(&ledger);
    let first = ledger.count().try_call().unwrap();
    let (sender, late) = mpsc::channel();
    let of_job = ledger.clone();
    let meanwhile = Box::new(move || {
        insert(&other, "other");
        sender.send(of_job.count().try_call().unwrap()).unwrap();
    });
    ledger.pause(meanwhile).try_cast().unwrap();
    let same_batch = ledger.count().try_call().unwrap();
    drop(busy);
    assert_eq!(first.blocking().unwrap().unwrap(), 0);
    // It was sent before the other connection committed, so it may see the snapshot of the first read.
    assert_eq!(same_batch.blocking().unwrap().unwrap(), 0);
    assert_eq!(late.recv().unwrap().blocking().unwrap().unwrap(), 1);
}

#[test]
fn a_write_between_reads_succeeds_and_is_seen_by_later_reads() {
    for options in [Scratch::options, |scratch: &Scratch| {
        scratch.options().group_commit(sqlite_actor::GroupCommit::default())
    }] {
        let scratch = Scratch::new();
        let ledger = ledger(options(&scratch));
        let other = scratch.plain();
        let busy = busy(&ledger);
        let before = ledger.count().try_call().unwrap();
        let meanwhile = Box::new(move || insert(&other, "other"));
        ledger.pause(meanwhile).try_cast().unwrap();
        let added = ledger.add("ours").try_call().unwrap();
        let after = ledger.count().try_call().unwrap();
        drop(busy);
        assert_eq!(before.blocking().unwrap().unwrap(), 0);
        added.blocking().unwrap().unwrap();
        assert_eq!(after.blocking().unwrap().unwrap(), 2);
        assert_eq!(scratch.names(), ["other", "ours"]);
    }
}

#[test]
fn a_read_that_writes_is_refused_and_undone() {
    let scratch = Scratch::new();
    let grouped = scratch.options().group_commit(crate::support::grouped(64));
    for options in [scratch.options(), grouped] {
        let ledger = ledger(options);
        // Alone, in a batch, and, with groups, after a write.
        let alone = ledger.add_by_reading("alone").blocking().unwrap();
        let busy = busy(&ledger);
        let first = ledger.count().try_call().unwrap();
        let shared = ledger.add_by_reading("shared").try_call().unwrap();
        let last = ledger.count().try_call().unwrap();
        let kept = ledger.add("kept").try_call().unwrap();
        let after = ledger.add_by_reading("after a write").try_call().unwrap();
        drop(busy);
        assert_eq!(first.blocking().unwrap().unwrap(), 0);
        assert_eq!(last.blocking().unwrap().unwrap(), 0);
        for refused in [alone, shared.blocking().unwrap(), after.blocking().unwrap()] {
            assert!(matches!(refused, Err(Error::WriteInRead)), "{refused:?}");
        }
        // A group is rolled back with it, and its requests say so.
        match kept.blocking().unwrap() {
            Ok(()) => assert_eq!(scratch.names(), ["kept"]),
            Err(error) => {
                assert!(matches!(error, Error::RolledBack), "{error:?}");
                assert_eq!(scratch.names(), [""; 0]);
            }
        }
        drop(ledger);
        scratch.plain().execute("DELETE FROM entry", []).unwrap();
    }
}

#[test]
fn reads_of_a_batch_release_their_lock_when_it_ends() {
    let scratch = Scratch::new();
    let ledger = ledger(scratch.options());
    let busy = busy(&ledger);
    let counts: Vec<_> = (0..4).map(|_| ledger.count().try_call().unwrap()).collect();
    drop(busy);
    for count in counts {
        assert_eq!(count.blocking().unwrap().unwrap(), 0);
    }
    // This is sent after the batch, so the batch has ended when the reply arrives.
    ledger.add("last").blocking().unwrap().unwrap();
    let busy_pages: i64 =
        scratch.plain().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
    assert_eq!(busy_pages, 0, "a reader still uses the write-ahead log");
}

#[tokio::test]
async fn a_pragma_between_reads_runs_outside_their_transaction() {
    let scratch = Scratch::new();
    let database = start_with(Builder::new().batch(64), scratch.options()).await.unwrap();
    for _ in 0..100 {
        let texts = ["SELECT count(*) FROM entry", "PRAGMA wal_checkpoint"];
        let answers = texts.map(|text| database.query(text, vec![]).try_call().unwrap());
        for answer in answers {
            answer.await.unwrap().unwrap();
        }
    }
    database.execute(INSERT, entry("last", 1)).await.unwrap().unwrap();
}
