//! Readers beside the writer: the order of reads, callers that give up, readers that are replaced, and what a read sees.

use std::{
    future::Future,
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use actor_runtime::{ActorHandle, Builder};
use sqlite_actor::{Database, DatabaseHandle, Error, GroupCommit, Options, Pool, Result, Value};
use tokio::{
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use crate::support::{INSERT, PATIENCE, Scratch, entry, start};

const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
const COUNT: &str = "SELECT count(*) FROM entry";

pub(crate) async fn pool(options: &Options, readers: usize) -> Pool {
    Pool::start(start(options.clone()).await.unwrap(), options, readers).await.unwrap()
}

/// Waits for a future that must complete.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    timeout(PATIENCE, future).await.expect("no deadlock")
}

/// A read that holds its reader until it is released.
pub(crate) struct Held {
    pub(crate) caller: JoinHandle<Result<()>>,
    pub(crate) release: mpsc::Sender<()>,
}

pub(crate) async fn hold(pool: &Pool) -> Held {
    let (release, released) = mpsc::channel();
    let (begun, has_begun) = oneshot::channel();
    let pool = pool.clone();
    let read = async move {
        let work = move |_: &_| {
            begun.send(()).unwrap();
            // An error means that the test has dropped the other half.
            let _ = released.recv();
            Ok(())
        };
        pool.read(work).await
    };
    let caller = tokio::spawn(read);
    soon(has_begun).await.unwrap();
    Held { caller, release }
}

/// Waits until `count` reads wait.
pub(crate) async fn waiting(pool: &Pool, count: usize) {
    let reached = async {
        while pool.waiting() != count {
            tokio::task::yield_now().await;
        }
    };
    soon(reached).await;
}

async fn count(pool: &Pool) -> i64 {
    soon(pool.read(|connection| Ok(connection.query_row(COUNT, [], |row| row.get(0))?)))
        .await
        .unwrap()
}

async fn insert(writer: &DatabaseHandle, name: &str) {
    writer.execute(INSERT, entry(name, 0)).await.unwrap().unwrap();
}

/// Options that count how often a connection is opened.
fn counted(scratch: &Scratch) -> (Options, Arc<AtomicUsize>) {
    let connections = Arc::<AtomicUsize>::default();
    let counts = connections.clone();
    let options = scratch.options().configure(move |_| {
        counts.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    (options, connections)
}

#[tokio::test]
async fn no_reader_idles_while_a_read_waits_behind_a_slow_one() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 2).await;
    let slow = hold(&pool).await;
    for _ in 0..20 {
        assert_eq!(count(&pool).await, 0);
    }
    let other = hold(&pool).await;
    let mut reads = JoinSet::new();
    for _ in 0..5 {
        let pool = pool.clone();
        reads.spawn(async move { count(&pool).await });
    }
    waiting(&pool, 5).await;
    drop(other.release);
    while soon(reads.join_next()).await.is_some() {}
    drop(slow.release);
    soon(slow.caller).await.unwrap().unwrap();
}

/// Runs a read on each reader, which waits until all run and then calls `then`.
async fn together(pool: &Pool, then: fn()) -> Vec<Result<()>> {
    let barrier = Arc::new(Barrier::new(READERS));
    let mut reads = JoinSet::new();
    for _ in 0..READERS {
        let (pool, barrier) = (pool.clone(), barrier.clone());
        let work = move |_: &_| {
            barrier.wait();
            then();
            Ok(())
        };
        reads.spawn(async move { pool.read(work).await });
    }
    soon(reads.join_all()).await
}

const READERS: usize = 4;

#[tokio::test]
async fn reads_that_arrive_together_run_together() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), READERS).await;
    for _ in 0..200 {
        assert!(together(&pool, || {}).await.iter().all(Result::is_ok));
    }
}

/// The reads arrive while no reader waits for one.
#[tokio::test]
async fn reads_that_arrive_during_replacements_run_together() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), READERS).await;
    for _ in 0..7 {
        let panicked = together(&pool, || panic!("on purpose")).await;
        assert!(panicked.iter().all(|read| matches!(read, Err(Error::Panicked(_)))));
        assert!(together(&pool, || {}).await.iter().all(Result::is_ok));
    }
}

#[tokio::test]
async fn waiting_reads_begin_in_the_order_of_their_calls() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    let slow = hold(&pool).await;
    let begun = Arc::<Mutex<Vec<usize>>>::default();
    let mut reads = JoinSet::new();
    for number in 0..50 {
        let (reader, begun) = (pool.clone(), begun.clone());
        let work = move |_: &_| {
            begun.lock().unwrap().push(number);
            Ok(())
        };
        reads.spawn(async move { reader.read(work).await });
        waiting(&pool, number + 1).await;
    }
    drop(slow.release);
    while soon(reads.join_next()).await.is_some() {}
    assert_eq!(*begun.lock().unwrap(), (0..50).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_read_whose_caller_is_gone_is_not_begun() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    let slow = hold(&pool).await;
    let begun = Arc::<AtomicUsize>::default();
    let mut callers = Vec::new();
    for _ in 0..10 {
        let (pool, begun) = (pool.clone(), begun.clone());
        let work = move |_: &_| {
            begun.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        callers.push(tokio::spawn(async move { pool.read(work).await }));
    }
    waiting(&pool, 10).await;
    for caller in &callers[..9] {
        caller.abort();
    }
    // The queue does not grow by callers that give up.
    waiting(&pool, 1).await;
    drop(slow.release);
    soon(callers.pop().unwrap()).await.unwrap().unwrap();
    assert_eq!(begun.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_read_whose_caller_is_gone_is_interrupted() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    let (begun, has_begun) = oneshot::channel();
    let reader = pool.clone();
    let caller = tokio::spawn(async move {
        let work = move |connection: &sqlite_actor::rusqlite::Connection| {
            begun.send(()).unwrap();
            Ok(connection.query_row(ENDLESS, [], |row| row.get::<_, i64>(0))?)
        };
        reader.read(work).await
    });
    soon(has_begun).await.unwrap();
    caller.abort();
    assert_eq!(count(&pool).await, 0);
}

/// A read that does not notice that its caller is gone keeps its reader.
#[tokio::test]
async fn a_reader_is_given_to_the_next_read_when_it_is_free() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    let slow = hold(&pool).await;
    slow.caller.abort();
    let _ = soon(slow.caller).await;
    let released = Arc::<AtomicUsize>::default();
    let (reader, seen) = (pool.clone(), released.clone());
    let next =
        tokio::spawn(async move { reader.read(move |_| Ok(seen.load(Ordering::SeqCst))).await });
    waiting(&pool, 1).await;
    released.store(1, Ordering::SeqCst);
    drop(slow.release);
    assert_eq!(soon(next).await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn a_reader_that_panics_is_replaced_and_waiting_reads_are_answered() {
    let scratch = Scratch::new();
    let (options, connections) = counted(&scratch);
    let pool = pool(&options, 1).await;
    assert_eq!(connections.load(Ordering::Relaxed), 2);
    for lives in 1..=3 {
        let slow = hold(&pool).await;
        let reader = pool.clone();
        let panics = tokio::spawn(async move { reader.read::<()>(|_| panic!("on purpose")).await });
        waiting(&pool, 1).await;
        let mut reads = JoinSet::new();
        for _ in 0..10 {
            let pool = pool.clone();
            reads.spawn(async move { count(&pool).await });
        }
        waiting(&pool, 11).await;
        drop(slow.release);
        match soon(panics).await.unwrap() {
            Err(Error::Panicked(message)) => assert_eq!(&*message, "on purpose"),
            other => panic!("{other:?}"),
        }
        while let Some(read) = soon(reads.join_next()).await {
            assert_eq!(read.unwrap(), 0);
        }
        assert_eq!(connections.load(Ordering::Relaxed), 2 + lives);
    }
}

#[tokio::test]
async fn a_reader_whose_file_fails_is_replaced() {
    let scratch = Scratch::new();
    let (options, connections) = counted(&scratch);
    let pool = pool(&options, 1).await;
    let writer = pool.writer();
    for number in 0..200 {
        writer.execute(INSERT, entry(format!("{number:0>1000}"), 0)).await.unwrap().unwrap();
    }
    writer.query("PRAGMA wal_checkpoint (TRUNCATE)", vec![]).await.unwrap().unwrap();
    let whole = std::fs::read(scratch.file()).unwrap();
    let mut damaged = whole.clone();
    damaged[4096..].fill(0xff);
    std::fs::write(scratch.file(), damaged).unwrap();
    let sum = "SELECT sum(number) FROM entry";
    let failed = soon(pool.query(sum, vec![])).await;
    assert!(matches!(failed, Err(Error::Corrupt(_))), "{failed:?}");
    std::fs::write(scratch.file(), whole).unwrap();
    assert_eq!(soon(pool.query(sum, vec![])).await.unwrap(), [[Value::Integer(0)]]);
    // One more than at first, and others while the file was damaged.
    let opened = connections.load(Ordering::Relaxed);
    assert!(opened > 2, "{opened}");
    // An error of the statement is none of the file.
    assert!(pool.query("SELECT * FROM nothing", vec![]).await.is_err());
    assert_eq!(count(&pool).await, 200);
    assert_eq!(connections.load(Ordering::Relaxed), opened);
}

/// The backoff of the restarts takes no time, because the clock is paused.
#[tokio::test(start_paused = true)]
async fn reads_are_refused_once_all_readers_have_failed() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 2).await;
    // More than the restarts of both readers, and all at once.
    let mut reads = JoinSet::new();
    for _ in 0..100 {
        let pool = pool.clone();
        reads.spawn(async move { pool.read::<()>(|_| panic!("on purpose")).await });
    }
    let (mut panicked, mut refused) = (0, 0);
    while let Some(read) = reads.join_next().await {
        match read.unwrap() {
            Err(Error::Panicked(_)) => panicked += 1,
            Err(Error::Closed { was_accepted: false }) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    // Each reader has its first life and 20 more.
    assert_eq!((panicked, refused), (42, 58));
    let late = pool.read(|_| Ok(())).await;
    assert!(matches!(late, Err(Error::Closed { was_accepted: false })), "{late:?}");
    insert(pool.writer(), "still writes").await;
    pool.shutdown().await;
    assert_eq!(scratch.names(), ["still writes"]);
}

#[tokio::test]
async fn a_read_sees_no_uncommitted_data() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 2).await;
    let lease = pool.writer().lease().await.unwrap();
    lease.begin().await.unwrap().unwrap();
    insert(&lease, "one").await;
    assert_eq!(count(&pool).await, 0);
    lease.commit().await.unwrap().unwrap();
    assert_eq!(count(&pool).await, 1);
    lease.begin().await.unwrap().unwrap();
    insert(&lease, "two").await;
    assert_eq!(count(&pool).await, 1);
    drop(lease);
    assert_eq!(count(&pool).await, 1);
}

/// The statements of one read see one state, although others write in between.
#[tokio::test]
async fn a_read_sees_one_state() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    let (begun, has_begun) = oneshot::channel();
    let (written, is_written) = mpsc::channel();
    let reader = pool.clone();
    let read = tokio::spawn(async move {
        let work = move |connection: &sqlite_actor::rusqlite::Connection| {
            let count = || connection.query_row(COUNT, [], |row| row.get::<_, i64>(0));
            let before = count()?;
            begun.send(()).unwrap();
            is_written.recv().unwrap();
            Ok((before, count()?))
        };
        reader.read(work).await
    });
    soon(has_begun).await.unwrap();
    insert(pool.writer(), "one").await;
    written.send(()).unwrap();
    assert_eq!(soon(read).await.unwrap().unwrap(), (0, 0));
    assert_eq!(count(&pool).await, 1);
}

/// With and without group commit: a read sees each write that was acknowledged before, and no older state than the read
/// before it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_sees_acknowledged_writes() {
    for group in [None, Some(GroupCommit::default())] {
        let scratch = Scratch::new();
        let options = group.into_iter().fold(scratch.options(), Options::group_commit);
        let file = options.clone();
        let writer = Builder::new().batch(16).start_thread(move || Database::open(&file));
        let pool = Pool::start(writer.await.unwrap(), &options, 3).await.unwrap();
        let mut callers = JoinSet::new();
        for caller in 0..16 {
            let pool = pool.clone();
            callers.spawn(async move {
                let mut largest = 0;
                for number in 1..=25 {
                    let name = format!("{caller} {number}");
                    let changed = pool.writer().execute(INSERT, entry(name, caller)).await;
                    let id = changed.unwrap().unwrap().last_id;
                    let sql = "SELECT sum(number = ?1), max(id) FROM entry";
                    let rows = pool.query(sql, vec![Value::Integer(caller)]).await.unwrap();
                    let [Value::Integer(own), Value::Integer(newest)] = rows[0][..] else {
                        panic!("{rows:?}");
                    };
                    assert_eq!(own, number);
                    assert!(newest >= id && newest >= largest, "{newest}, {id}, {largest}");
                    largest = newest;
                }
            });
        }
        while let Some(caller) = soon(callers.join_next()).await {
            caller.unwrap();
        }
    }
}
