//! The actor: a database of notes, which other processes call.

use actor_runtime::{Context, Reply, actor};
use serde::{Deserialize, Serialize};
use sqlite_actor::{
    Error, Options, Store,
    rusqlite::{OptionalExtension, params},
};

/// Two notes may have the same number, so that a call that is executed twice can be seen.
pub(crate) const SCHEMA: &[&str] = &["CREATE TABLE note (
         number INTEGER NOT NULL,
         text TEXT NOT NULL CHECK (length(text) > 0)
     ) STRICT;
     CREATE INDEX note_by_number ON note (number);"];

/// Stores notes.
#[derive(Debug)]
pub(crate) struct Notes {
    store: Store,
}

/// Why a request was refused. Nothing was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refused {
    /// The reason.
    pub(crate) reason: String,
}

/// A request that is answered with an error has changed nothing: that is a promise of the store.
impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { reason: error.to_string() }
    }
}

#[actor(remote, mailbox = 64)]
impl Notes {
    pub(crate) fn open(options: &Options) -> Result<Self, Error> {
        Ok(Self { store: options.open()? })
    }

    /// Stores a note. The answer comes after the commit.
    pub(crate) fn add(&mut self, number: i64, text: &str, stored: Reply<Result<(), Refused>>) {
        self.store.write(stored, |connection| {
            let mut insert = connection.prepare_cached("INSERT INTO note VALUES (?1, ?2)")?;
            insert.execute(params![number, text])?;
            Ok(())
        });
    }

    /// Returns the text of a note.
    pub(crate) fn find(&mut self, number: i64, text: Reply<Result<Option<String>, Refused>>) {
        self.store.read(text, |connection| {
            let mut select =
                connection.prepare_cached("SELECT text FROM note WHERE number = ?1")?;
            Ok(select.query_row([number], |row| row.get(0)).optional()?)
        });
    }

    #[on_start]
    fn boot(&mut self, context: &Context<Self>) -> Result<(), Error> {
        context.time_handlers();
        self.store.boot(context.watch())
    }

    #[on_idle]
    fn commit_group(&mut self) {
        self.store.flush();
    }

    #[on_stop]
    fn close_store(&mut self) {
        self.store.close();
    }
}
