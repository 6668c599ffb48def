//! Another process holds the write lock.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use actor_runtime::{ActorHandle, Builder, Capacity, TrySendError};
use sqlite_actor::{Error, Options};
use tokio::task::JoinSet;

use crate::support::{INSERT, PATIENCE, Scratch, entry, grouped, start, start_with};

/// A process that holds the lock.
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

    fn let_go(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

/// The lock is waited for, and meanwhile no more messages are taken than the mailbox holds.
async fn is_waited_for(options: Options, scratch: &Scratch) {
    const MAILBOX: usize = 8;
    let builder = Builder::new().mailbox(Capacity::bounded(MAILBOX));
    let database = start_with(builder, options.busy_timeout(PATIENCE)).await.unwrap();
    let holder = Holder::of(scratch);
    let mut callers = JoinSet::new();
    for number in 0..40 {
        let database = database.clone();
        callers.spawn(async move { database.execute(INSERT, entry(format!("{number}"), 0)).await });
    }
    // Until the first is being served and the mailbox is full behind it. This cannot become false
    // again while the lock is held.
    while database.stats().waiting < 40 - MAILBOX - 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(database.mailbox_len(), MAILBOX);
    let refused = database.execute(INSERT, entry("refused", 0)).try_cast();
    assert!(matches!(refused, Err(TrySendError::Full(_))), "{refused:?}");
    holder.let_go();
    while let Some(outcome) = callers.join_next().await {
        outcome.unwrap().unwrap().unwrap();
    }
    assert_eq!(scratch.names().len(), 40);
}

#[tokio::test]
async fn is_waited_for_and_the_mailbox_stays_bounded() {
    let scratch = Scratch::new();
    is_waited_for(scratch.options(), &scratch).await;
}

#[tokio::test]
async fn is_waited_for_by_a_group() {
    let scratch = Scratch::new();
    is_waited_for(scratch.options().group_commit(grouped(16)), &scratch).await;
}

#[tokio::test]
async fn is_not_waited_for_longer_than_the_timeout() {
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
        // Reading needs no lock.
        database.query("SELECT * FROM entry", vec![]).await.unwrap().unwrap();
        holder.let_go();
        database.execute(INSERT, entry("late", 0)).await.unwrap().unwrap();
        assert_eq!(scratch.names(), ["late"]);
    }
}
