//! Contention: another process holds the write lock.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use actor_runtime::{ActorHandle, Builder, Capacity, TrySendError};
use sqlite_actor::{Error, Options};
use tokio::task::JoinSet;

use crate::support::{INSERT, PATIENCE, Scratch, entry, grouped, start, start_with};

/// A process that holds the write lock.
struct Holder(Child);

impl Holder {
    fn of(scratch: &Scratch) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_peer"))
            .arg("hold")
            .arg(scratch.file())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        Self(child)
    }

    fn release(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

/// Checks that requests wait for the lock, and that the mailbox stays bounded in the meantime.
async fn check_waiting_for_the_lock(options: Options, scratch: &Scratch) {
    const MAILBOX: usize = 8;
    let builder = Builder::new().mailbox(Capacity::bounded(MAILBOX));
    let database = start_with(builder, options.busy_timeout(PATIENCE)).await.unwrap();
    let holder = Holder::of(scratch);
    let mut callers = JoinSet::new();
    for number in 0..40 {
        let database = database.clone();
        callers.spawn(async move { database.execute(INSERT, entry(format!("{number}"), 0)).await });
    }
    // Wait until one request is being handled and the mailbox is full. This state is stable while the lock is
    // held.
    while database.stats().waiting < 40 - MAILBOX - 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(database.mailbox_len(), MAILBOX);
    let refused = database.execute(INSERT, entry("refused", 0)).try_cast();
    assert!(matches!(refused, Err(TrySendError::Full(_))), "{refused:?}");
    holder.release();
    while let Some(outcome) = callers.join_next().await {
        outcome.unwrap().unwrap().unwrap();
    }
    assert_eq!(scratch.names().len(), 40);
}

#[tokio::test]
async fn requests_wait_for_the_lock_and_the_mailbox_stays_bounded() {
    let scratch = Scratch::new();
    check_waiting_for_the_lock(scratch.options(), &scratch).await;
}

#[tokio::test]
async fn a_group_waits_for_the_lock() {
    let scratch = Scratch::new();
    check_waiting_for_the_lock(scratch.options().group_commit(grouped(16)), &scratch).await;
}

#[tokio::test]
async fn a_write_fails_with_busy_after_the_timeout() {
    for options in
        [Scratch::options, |scratch: &Scratch| scratch.options().group_commit(grouped(16))]
    {
        let scratch = Scratch::new();
        let options = options(&scratch).busy_timeout(Duration::from_millis(20));
        let database = start(options).await.unwrap();
        let holder = Holder::of(&scratch);
        let outcome = database.execute(INSERT, entry("early", 0)).await.unwrap();
        match outcome {
            Err(error @ Error::Busy) => assert!(error.is_safe_to_retry()),
            other => panic!("{other:?}"),
        }
        // Reads do not need the write lock.
        database.query("SELECT * FROM entry", vec![]).await.unwrap().unwrap();
        holder.release();
        database.execute(INSERT, entry("late", 0)).await.unwrap().unwrap();
        assert_eq!(scratch.names(), ["late"]);
    }
}
