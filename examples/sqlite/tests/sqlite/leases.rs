//! Transactions over several requests: isolation from other callers, and rollback when the lease ends.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use actor_runtime::{ActorHandle, Builder, ExitReason};
use sqlite_actor::{
    DatabaseHandle, Error, Options, Result,
    console::{self, Console, Save},
};

use crate::support::{Gate, INSERT, Scratch, count, entry, grouped, start};

/// Options without and with group commit.
fn both(scratch: &Scratch) -> [Options; 2] {
    [scratch.options(), scratch.options().group_commit(grouped(16))]
}

async fn insert(database: &DatabaseHandle, name: String) -> Result<()> {
    database.execute(INSERT, entry(name, 0)).await??;
    Ok(())
}

/// Acquires a lease and begins a transaction.
async fn begun(database: &DatabaseHandle) -> actor_runtime::Lease<DatabaseHandle> {
    let lease = database.lease().await.unwrap();
    lease.begin().await.unwrap().unwrap();
    lease
}

/// The await point that a transaction has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Lease,
    Begin,
    First,
    Second,
    Commit,
    Release,
}

/// Inserts two rows in one transaction.
async fn two_inserts(database: &DatabaseHandle, name: &str, step: &Cell<Step>) -> Result<()> {
    let lease = database.lease().await?;
    step.set(Step::Begin);
    lease.begin().await??;
    step.set(Step::First);
    insert(&lease, format!("{name} first")).await?;
    step.set(Step::Second);
    insert(&lease, format!("{name} second")).await?;
    step.set(Step::Commit);
    lease.commit().await??;
    step.set(Step::Release);
    lease.release().await?;
    Ok(())
}

/// Runs a transaction until it waits at `place` and drops it there. Returns `false` if it completed before that.
async fn is_dropped_at(place: Step, database: &DatabaseHandle, name: &str) -> bool {
    let step = Cell::new(Step::Lease);
    let mut transaction = pin!(two_inserts(database, name, &step));
    let waits = poll_fn(|cx| match transaction.as_mut().poll(cx) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending if step.get() == place => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    match waits.await {
        Some(outcome) => {
            outcome.unwrap();
            false
        }
        None => true,
    }
}

#[tokio::test]
async fn a_transaction_is_atomic_wherever_its_future_is_dropped() {
    use Step::{Begin, Commit, First, Lease, Release, Second};
    const ROUNDS: usize = 30;
    for which in 0..2 {
        let scratch = Scratch::new();
        let database = start(both(&scratch)[which].clone()).await.unwrap();
        let mut dropped = Vec::new();
        for round in 0..ROUNDS {
            for place in [Lease, Begin, First, Second, Commit, Release] {
                let name = format!("{round}, {place:?}");
                let was_dropped = is_dropped_at(place, &database, &name).await;
                // Another caller's request follows immediately.
                insert(&database, format!("{name} kept")).await.unwrap();
                // These always wait for a reply; the others may complete in the first poll.
                let is_sure = matches!(place, Begin | First | Second | Commit);
                assert!(was_dropped || !is_sure, "not pending at {place:?}");
                dropped.push((name, place, was_dropped));
            }
        }
        database.shutdown().await;
        let names = scratch.names();
        for (name, place, was_dropped) in dropped {
            let there = |row| names.contains(&format!("{name} {row}"));
            assert!(there("kept"), "a row acknowledged after a drop at {place:?} is lost");
            assert_eq!(
                there("first"),
                there("second"),
                "incomplete transaction after a drop at {place:?}"
            );
            match place {
                _ if !was_dropped => assert!(there("first"), "completed, but not stored"),
                Lease | Begin | First | Second => assert!(!there("first"), "dropped, but stored"),
                // Depends on whether the handler of `commit` had begun.
                Commit => {}
                Release => assert!(there("first"), "committed, but not stored"),
            }
        }
    }
}

#[tokio::test]
async fn rows_acknowledged_after_a_dropped_lease_are_kept() {
    for which in 0..2 {
        let scratch = Scratch::new();
        let database = start(both(&scratch)[which].clone()).await.unwrap();
        for number in 0..200 {
            let lease = begun(&database).await;
            insert(&lease, format!("dropped {number}")).await.unwrap();
            drop(lease);
            insert(&database, format!("kept {number}")).await.unwrap();
        }
        database.shutdown().await;
        let expected: Vec<String> = (0..200).map(|number| format!("kept {number}")).collect();
        assert_eq!(scratch.names(), expected);
    }
}

#[tokio::test]
async fn requests_of_other_callers_are_not_part_of_a_transaction() {
    for which in 0..2 {
        let scratch = Scratch::new();
        let database = start(both(&scratch)[which].clone()).await.unwrap();
        let lease = begun(&database).await;
        insert(&lease, "mine".to_owned()).await.unwrap();
        let other = database.execute(INSERT, entry("other", 0)).sent().await.unwrap();
        insert(&lease, "mine again".to_owned()).await.unwrap();
        // The other caller's insert was sent before this, but waits for the end of the lease.
        assert_eq!(count(&lease).await, 2);
        lease.roll_back().await.unwrap().unwrap();
        drop(lease);
        other.await.unwrap().unwrap();
        assert_eq!(scratch.names(), ["other"]);
    }
}

#[tokio::test]
async fn begin_without_a_lease_is_refused() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    let begun = database.begin().await.unwrap();
    assert!(matches!(begun, Err(Error::NotLeased)), "{begun:?}");
    for ended in [database.commit().await.unwrap(), database.roll_back().await.unwrap()] {
        assert!(matches!(ended, Err(Error::NoTransaction)), "{ended:?}");
    }
}

#[tokio::test]
async fn a_transaction_is_visible_to_others_after_its_commit() {
    for which in 0..2 {
        let scratch = Scratch::new();
        let database = start(both(&scratch)[which].clone()).await.unwrap();
        let lease = begun(&database).await;
        insert(&lease, "one".to_owned()).await.unwrap();
        // Only the holder of the lease sees the row.
        assert_eq!((count(&lease).await, scratch.names().len()), (1, 0));
        let again = lease.begin().await.unwrap();
        assert!(matches!(again, Err(Error::InTransaction)), "{again:?}");
        lease.commit().await.unwrap().unwrap();
        assert_eq!(scratch.names(), ["one"]);
        // A lease may run several transactions in sequence.
        lease.begin().await.unwrap().unwrap();
        insert(&lease, "two".to_owned()).await.unwrap();
        lease.roll_back().await.unwrap().unwrap();
        insert(&lease, "three".to_owned()).await.unwrap();
        lease.release().await.unwrap();
        assert_eq!(scratch.names(), ["one", "three"]);
    }
}

/// Writes of the holder from before `begin` are not part of the transaction, although their replies were pending.
#[tokio::test]
async fn begin_commits_the_open_group() {
    let scratch = Scratch::new();
    let database = start(scratch.options().group_commit(grouped(16))).await.unwrap();
    let lease = database.lease().await.unwrap();
    let gate = Gate::close(&scratch);
    let before = lease.execute(INSERT, entry("before", 0)).sent().await.unwrap();
    let begun = lease.begin().sent().await.unwrap();
    let within = lease.execute(INSERT, entry("within", 0)).sent().await.unwrap();
    gate.open();
    begun.await.unwrap().unwrap();
    before.await.unwrap().unwrap();
    within.await.unwrap().unwrap();
    assert_eq!(scratch.names(), ["before"]);
    lease.release().await.unwrap();
    assert_eq!(scratch.names(), ["before"]);
}

#[tokio::test]
async fn a_failed_request_does_not_end_the_transaction() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    let lease = begun(&database).await;
    insert(&lease, "one".to_owned()).await.unwrap();
    assert!(insert(&lease, "one".to_owned()).await.is_err());
    insert(&lease, "two".to_owned()).await.unwrap();
    lease.commit().await.unwrap().unwrap();
    assert_eq!(scratch.names(), ["one", "two"]);
}

#[tokio::test]
async fn begin_is_rolled_back_if_its_reply_is_dropped() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    let lease = database.lease().await.unwrap();
    let unread = lease.begin().sent().await.unwrap();
    // The transaction has begun when the next request has a reply.
    insert(&lease, "in it".to_owned()).await.unwrap();
    drop(unread);
    insert(&lease, "after it".to_owned()).await.unwrap();
    let none = lease.commit().await.unwrap();
    assert!(matches!(none, Err(Error::NoTransaction)), "{none:?}");
    assert_eq!(scratch.names(), ["after it"]);
}

#[tokio::test]
async fn shutdown_rolls_back_an_open_transaction() {
    for which in 0..2 {
        let scratch = Scratch::new();
        let database = start(both(&scratch)[which].clone()).await.unwrap();
        let lease = begun(&database).await;
        insert(&lease, "mine".to_owned()).await.unwrap();
        let other = database.execute(INSERT, entry("other", 0)).sent().await.unwrap();
        assert_eq!(database.shutdown().await, ExitReason::Shutdown);
        other.await.unwrap().unwrap();
        let late = lease.commit().await.map_err(Error::from);
        assert!(matches!(late, Err(Error::Closed { was_accepted: false })), "{late:?}");
        assert_eq!(scratch.names(), ["other"]);
        assert!(!scratch.has_log());
    }
}

#[tokio::test]
async fn a_transaction_that_sqlite_rolled_back_refuses_requests() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    database.query("PRAGMA max_page_count = 40", vec![]).await.unwrap().unwrap();
    let lease = begun(&database).await;
    let mut number = 0;
    let refused = loop {
        number += 1;
        let name = format!("{number} {}", "x".repeat(2_000));
        if let Err(error) = insert(&lease, name).await {
            break error;
        }
    };
    assert!(number > 2 && matches!(refused, Error::DiskFull), "{number}: {refused:?}");
    // SQLite has rolled everything back. Later requests must not be committed without the earlier ones.
    let small = insert(&lease, "small".to_owned()).await;
    assert!(matches!(small, Err(Error::RolledBack)), "{small:?}");
    let read = lease.query("SELECT * FROM entry", vec![]).await.unwrap();
    assert!(matches!(read, Err(Error::RolledBack)), "{read:?}");
    let committed = lease.commit().await.unwrap();
    assert!(matches!(committed, Err(Error::RolledBack)), "{committed:?}");
    assert_eq!(scratch.names(), [""; 0]);
    // The lease is still held and can begin another transaction.
    lease.begin().await.unwrap().unwrap();
    insert(&lease, "small".to_owned()).await.unwrap();
    lease.commit().await.unwrap().unwrap();
    assert_eq!(scratch.names(), ["small"]);
}

#[tokio::test]
async fn begin_can_be_retried_after_busy() {
    let scratch = Scratch::new();
    let options = scratch.options().busy_timeout(Duration::from_millis(10));
    let database = start(options).await.unwrap();
    let lease = database.lease().await.unwrap();
    let gate = Gate::close(&scratch);
    assert!(matches!(lease.begin().await.unwrap(), Err(Error::Busy)));
    gate.open();
    lease.begin().await.unwrap().unwrap();
    insert(&lease, "one".to_owned()).await.unwrap();
    lease.commit().await.unwrap().unwrap();
    assert_eq!(scratch.names(), ["one"]);
}

#[test]
fn a_transaction_works_from_a_plain_thread() {
    let scratch = Scratch::new();
    let options = Options::new(scratch.file(), console::SCHEMA);
    let console = Builder::new().start_thread(move || Console::open(&options)).blocking().unwrap();
    let game = console.insert_game("Meteor Run").blocking().unwrap().unwrap();
    let save = |frame| Save { slot: 1, frame, state: vec![7] };
    for (frame, is_kept) in [(60, true), (120, false)] {
        let lease = console.lease().blocking().unwrap();
        lease.begin().blocking().unwrap().unwrap();
        lease.save(game, save(frame)).blocking().unwrap().unwrap();
        lease.played(game, 60).blocking().unwrap().unwrap();
        if is_kept {
            lease.commit().blocking().unwrap().unwrap();
        }
        lease.release().blocking().unwrap();
    }
    assert_eq!(console.load(game, 1).blocking().unwrap().unwrap(), Some(save(60)));
    assert_eq!(console.frames_played(game).blocking().unwrap().unwrap(), 60);
    console.shutdown().blocking();
}
