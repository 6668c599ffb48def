//! The two requests as methods of an actor around a [`Store`].

use std::path::PathBuf;

use actor_runtime::{Context, Builder, Reply, actor};
use sqlite_actor::{Error, GroupCommit, Options, Result, Store};

use crate::contestant::{Contestant, SCHEMA, insert, select};

pub(crate) struct Ledger(Store);

#[actor(mailbox = 256)]
impl Ledger {
    #[on_start]
    fn boot(&mut self, context: &Context<Self>) -> Result<(), Error> {
        context.time_handlers();
        self.0.boot(context.watch())
    }

    /// Fills the table.
    pub(crate) fn fill(&mut self, done: Reply<Result<()>>) {
        self.0.write(done, |connection| {
            for number in 0..crate::contestant::ROWS {
                insert(connection, number)?;
            }
            Ok(())
        });
    }

    /// Adds a row.
    pub(crate) fn insert(&mut self, number: i64, id: Reply<Result<i64>>) {
        self.0.write(id, |connection| Ok(insert(connection, number)?));
    }

    /// Reads a row.
    pub(crate) fn select(&mut self, id: i64, text: Reply<Result<String>>) {
        self.0.read(text, |connection| Ok(select(connection, id)?));
    }

    #[on_idle]
    fn commit_group(&mut self) {
        self.0.flush();
    }

    #[on_stop]
    fn close_store(&mut self) {
        self.0.close();
    }
}

pub(crate) async fn open(
    file: PathBuf,
    batch: usize,
    group_commit: Option<GroupCommit>,
) -> LedgerHandle {
    let options = Options::new(file, SCHEMA);
    let options = group_commit.into_iter().fold(options, |options, it| options.group_commit(it));
    let make = move || Ok(Ledger(options.open()?));
    let ledger = Builder::new().batch(batch).start_thread(make).await.expect("a database");
    ledger.fill().await.expect("an answer").expect("rows");
    ledger
}

impl Contestant for LedgerHandle {
    async fn insert(&self, number: i64) {
        self.insert(number).await.expect("an answer").expect("a row");
    }

    async fn select(&self, id: i64) {
        self.select(id).await.expect("an answer").expect("a row");
    }
}
