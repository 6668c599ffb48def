//! A transaction over several requests: nobody comes between, and if its holder goes, so does it.

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

/// With a commit for each request, and with one for all that wait.
fn both(scratch: &Scratch) -> [Options; 2] {
    [scratch.options(), scratch.options().group_commit(grouped(16))]
}

async fn insert(database: &DatabaseHandle, name: String) -> Result<()> {
    database.execute(INSERT, entry(name, 0)).await??;
    Ok(())
}

/// A transaction that was begun.
async fn begun(database: &DatabaseHandle) -> actor_runtime::Lease<DatabaseHandle> {
    let lease = database.lease().await.unwrap();
    lease.begin().await.unwrap().unwrap();
    lease
}

/// How far a transaction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Lease,
    Begin,
    First,
    Second,
    Commit,
    Release,
}

/// Two rows, or none.
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

/// Runs a transaction until it waits at `place`, and drops it there. Says whether it did.
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
async fn is_whole_wherever_its_holder_is_dropped() {
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
                // Somebody else's comes right after.
                insert(&database, format!("{name} kept")).await.unwrap();
                // These wait for an answer; for the others the actor may be fast enough.
                let is_sure = matches!(place, Begin | First | Second | Commit);
                assert!(was_dropped || !is_sure, "it did not wait at {place:?}");
                dropped.push((name, place, was_dropped));
            }
        }
        database.shutdown().await;
        let names = scratch.names();
        for (name, place, was_dropped) in dropped {
            let there = |row| names.contains(&format!("{name} {row}"));
            assert!(there("kept"), "acknowledged after one dropped at {place:?}, and lost");
            assert_eq!(there("first"), there("second"), "half of one dropped at {place:?}");
            match place {
                _ if !was_dropped => assert!(there("first"), "not dropped, and lost"),
                Lease | Begin | First | Second => assert!(!there("first"), "dropped, and there"),
                // Whether it is there depends on whether `commit` had begun.
                Commit => {}
                Release => assert!(there("first"), "committed, and lost"),
            }
        }
    }
}

#[tokio::test]
async fn what_is_acknowledged_after_a_dropped_one_stays() {
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
async fn a_strangers_insert_is_never_part_of_it() {
    for which in 0..2 {
        let scratch = Scratch::new();
        let database = start(both(&scratch)[which].clone()).await.unwrap();
        let lease = begun(&database).await;
        insert(&lease, "mine".to_owned()).await.unwrap();
        let stranger = database.execute(INSERT, entry("stranger", 0)).sent().await.unwrap();
        insert(&lease, "mine as well".to_owned()).await.unwrap();
        // It was sent before this, and is not counted.
        assert_eq!(count(&lease).await, 2);
        lease.roll_back().await.unwrap().unwrap();
        drop(lease);
        stranger.await.unwrap().unwrap();
        assert_eq!(scratch.names(), ["stranger"]);
    }
}

#[tokio::test]
async fn nobody_begins_one_without_a_lease() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    let begun = database.begin().await.unwrap();
    assert!(matches!(begun, Err(Error::NotLeased)), "{begun:?}");
    for ended in [database.commit().await.unwrap(), database.roll_back().await.unwrap()] {
        assert!(matches!(ended, Err(Error::NoTransaction)), "{ended:?}");
    }
}

#[tokio::test]
async fn is_seen_by_others_once_it_is_committed() {
    for which in 0..2 {
        let scratch = Scratch::new();
        let database = start(both(&scratch)[which].clone()).await.unwrap();
        let lease = begun(&database).await;
        insert(&lease, "one".to_owned()).await.unwrap();
        // Its holder sees it, and nobody else.
        assert_eq!((count(&lease).await, scratch.names().len()), (1, 0));
        let again = lease.begin().await.unwrap();
        assert!(matches!(again, Err(Error::InTransaction)), "{again:?}");
        lease.commit().await.unwrap().unwrap();
        assert_eq!(scratch.names(), ["one"]);
        // One lease may hold several transactions, one after the other.
        lease.begin().await.unwrap().unwrap();
        insert(&lease, "two".to_owned()).await.unwrap();
        lease.roll_back().await.unwrap().unwrap();
        insert(&lease, "three".to_owned()).await.unwrap();
        lease.release().await.unwrap();
        assert_eq!(scratch.names(), ["one", "three"]);
    }
}

/// What its holder wrote before it began is not part of it, though no answer was given yet.
#[tokio::test]
async fn what_came_before_it_is_committed_first() {
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
async fn one_request_that_fails_does_not_end_it() {
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
async fn a_beginning_that_nobody_has_read_is_undone() {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    let lease = database.lease().await.unwrap();
    let unread = lease.begin().sent().await.unwrap();
    // It has begun when the next request has an answer.
    insert(&lease, "in it".to_owned()).await.unwrap();
    drop(unread);
    insert(&lease, "after it".to_owned()).await.unwrap();
    let none = lease.commit().await.unwrap();
    assert!(matches!(none, Err(Error::NoTransaction)), "{none:?}");
    assert_eq!(scratch.names(), ["after it"]);
}

#[tokio::test]
async fn is_rolled_back_by_a_shutdown_which_does_not_wait_for_its_holder() {
    for which in 0..2 {
        let scratch = Scratch::new();
        let database = start(both(&scratch)[which].clone()).await.unwrap();
        let lease = begun(&database).await;
        insert(&lease, "mine".to_owned()).await.unwrap();
        let stranger = database.execute(INSERT, entry("stranger", 0)).sent().await.unwrap();
        assert_eq!(database.shutdown().await, ExitReason::Shutdown);
        stranger.await.unwrap().unwrap();
        let late = lease.commit().await.map_err(Error::from);
        assert!(matches!(late, Err(Error::Closed { was_accepted: false })), "{late:?}");
        assert_eq!(scratch.names(), ["stranger"]);
        assert!(!scratch.has_log());
    }
}

#[tokio::test]
async fn what_sqlite_has_rolled_back_is_not_continued() {
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
    // By that, SQLite has rolled all of it back. What comes now must not be kept without what came before.
    let small = insert(&lease, "small".to_owned()).await;
    assert!(matches!(small, Err(Error::RolledBack)), "{small:?}");
    let read = lease.query("SELECT * FROM entry", vec![]).await.unwrap();
    assert!(matches!(read, Err(Error::RolledBack)), "{read:?}");
    let committed = lease.commit().await.unwrap();
    assert!(matches!(committed, Err(Error::RolledBack)), "{committed:?}");
    assert_eq!(scratch.names(), [""; 0]);
    // The lease goes on, and can begin anew.
    lease.begin().await.unwrap().unwrap();
    insert(&lease, "small".to_owned()).await.unwrap();
    lease.commit().await.unwrap().unwrap();
    assert_eq!(scratch.names(), ["small"]);
}

#[tokio::test]
async fn a_lock_that_is_not_to_be_had_leaves_the_lease_as_it_was() {
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
fn is_had_from_a_plain_thread() {
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
