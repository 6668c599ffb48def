//! The storage actor of an emulator: save slots, play time and achievements.
//!
//! Its caller is a plain thread that renders 60 frames per second, without an async runtime.

use actor_runtime::{Context, Reply, actor};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    error::{Error, Result},
    options::Options,
    store::{Counts, Store},
};

/// The migration steps of the schema.
pub const SCHEMA: &[&str] = &[
    "CREATE TABLE game (
         id INTEGER PRIMARY KEY,
         title TEXT NOT NULL UNIQUE,
         frames_played INTEGER NOT NULL DEFAULT 0
     ) STRICT;
     CREATE TABLE save (
         game INTEGER NOT NULL REFERENCES game (id),
         slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 9),
         frame INTEGER NOT NULL,
         checksum INTEGER NOT NULL,
         state BLOB NOT NULL,
         PRIMARY KEY (game, slot)
     ) STRICT;",
    "CREATE TABLE achievement (
         game INTEGER NOT NULL REFERENCES game (id),
         name TEXT NOT NULL,
         frame INTEGER NOT NULL,
         PRIMARY KEY (game, name)
     ) STRICT, WITHOUT ROWID;",
];

/// Identifies a game in the library.
pub type GameId = i64;

/// A saved state of a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Save {
    /// The slot, 0 to 9.
    pub slot: u8,
    /// The frame of the game at which the state was saved.
    pub frame: i64,
    /// The memory of the machine.
    pub state: Vec<u8>,
}

/// The storage actor of the emulator.
#[derive(Debug)]
pub struct Console {
    store: Store,
}

#[actor(mailbox = 64)]
impl Console {
    /// Opens the database. The options must use [`SCHEMA`].
    ///
    /// # Errors
    ///
    /// See [`Options::open`].
    pub fn open(options: &Options) -> Result<Self> {
        Ok(Self { store: options.open()? })
    }

    /// Returns the id of the game with this title, and adds the game if it is new.
    pub fn insert_game(&mut self, title: &str, game: Reply<Result<GameId>>) {
        self.store.write(game, |connection| {
            let sql = "INSERT INTO game (title) VALUES (?1) ON CONFLICT DO NOTHING";
            connection.prepare_cached(sql)?.execute([title])?;
            let sql = "SELECT id FROM game WHERE title = ?1";
            Ok(connection.prepare_cached(sql)?.query_row([title], |row| row.get(0))?)
        });
    }

    /// Adds to the play time of a game.
    pub fn played(&mut self, game: GameId, frames: u32, done: Reply<Result<()>>) {
        self.store.write(done, |connection| {
            let sql = "UPDATE game SET frames_played = frames_played + ?2 WHERE id = ?1";
            connection.prepare_cached(sql)?.execute(params![game, frames])?;
            Ok(())
        });
    }

    /// Returns the play time of a game, in frames.
    pub fn frames_played(&mut self, game: GameId, frames: Reply<Result<i64>>) {
        self.store.read(frames, |connection| {
            let sql = "SELECT frames_played FROM game WHERE id = ?1";
            Ok(connection.prepare_cached(sql)?.query_row([game], |row| row.get(0))?)
        });
    }

    /// Saves a state, replacing the previous contents of its slot.
    pub fn save(&mut self, game: GameId, save: Save, done: Reply<Result<()>>) {
        self.store.write(done, |connection| {
            let Save { slot, frame, state } = save;
            let sql = "INSERT OR REPLACE INTO save VALUES (?1, ?2, ?3, ?4, ?5)";
            let values = params![game, slot, frame, checksum(&state), state];
            connection.prepare_cached(sql)?.execute(values)?;
            Ok(())
        });
    }

    /// Returns the saved state of a slot, or `None` if the slot is empty.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Corrupt`] if the state does not match its checksum.
    pub fn load(&mut self, game: GameId, slot: u8, save: Reply<Result<Option<Save>>>) {
        self.store.read(save, |connection| load(connection, game, slot));
    }

    /// Returns the slots of a game that are in use, each with its frame.
    pub fn slots(&mut self, game: GameId, slots: Reply<Result<Vec<(u8, i64)>>>) {
        self.store.read(slots, |connection| {
            let sql = "SELECT slot, frame FROM save WHERE game = ?1 ORDER BY slot";
            let mut statement = connection.prepare_cached(sql)?;
            let slots = statement.query_map([game], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(slots.collect::<rusqlite::Result<_>>()?)
        });
    }

    /// Records an achievement. Returns `true` if it is new.
    pub fn achieve(&mut self, game: GameId, name: &str, frame: i64, is_new: Reply<Result<bool>>) {
        self.store.write(is_new, |connection| {
            let sql = "INSERT INTO achievement VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            Ok(connection.prepare_cached(sql)?.execute(params![game, name, frame])? == 1)
        });
    }

    /// Returns the achievements of a game, ordered by frame.
    pub fn achievements(&mut self, game: GameId, names: Reply<Result<Vec<String>>>) {
        self.store.read(names, |connection| {
            let sql = "SELECT name FROM achievement WHERE game = ?1 ORDER BY frame, name";
            let mut statement = connection.prepare_cached(sql)?;
            let names = statement.query_map([game], |row| row.get(0))?;
            Ok(names.collect::<rusqlite::Result<_>>()?)
        });
    }

    /// Begins a transaction that spans several requests.
    ///
    /// The transaction lasts until it is [committed](ConsoleHandle::commit) or
    /// [rolled back](ConsoleHandle::roll_back), and is rolled back when the lease ends.
    ///
    /// # Errors
    ///
    /// Returns [`Error::NotLeased`] if it is not called through a lease, [`Error::InTransaction`] if a
    /// transaction is open, and [`Error::Busy`] if the lock was not available within the busy timeout.
    ///
    /// # Cancel safety
    ///
    /// If the caller is dropped before it reads the reply, the transaction is rolled back.
    #[cancel_safe(undelivered = end_unread)]
    pub fn begin(&mut self, context: &Context<Self>) -> Result<()> {
        // Without a lease, requests of other callers would become part of the transaction.
        if !context.is_leased() {
            return Err(Error::NotLeased);
        }
        self.store.begin()
    }

    fn end_unread(&mut self, begun: Result<()>) {
        if begun.is_ok() {
            self.store.roll_back();
        }
    }

    /// Commits the transaction.
    pub fn commit(&mut self) -> Result<()> {
        self.store.commit()
    }

    /// Rolls the transaction back. Dropping the lease does the same.
    pub fn roll_back(&mut self) -> Result<()> {
        if self.store.roll_back() { Ok(()) } else { Err(Error::NoTransaction) }
    }

    /// Returns counters of commits and rollbacks.
    pub fn counts(&self) -> Counts {
        self.store.counts()
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

    #[on_release]
    fn end_transaction(&mut self) {
        self.store.roll_back();
    }

    #[on_stop]
    fn close_store(&mut self) {
        self.store.close();
    }
}

fn load(connection: &Connection, game: GameId, slot: u8) -> Result<Option<Save>> {
    let sql = "SELECT slot, frame, state, checksum FROM save WHERE game = ?1 AND slot = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row(params![game, slot], |row| Ok((save(row)?, row.get(3)?)));
    match found.optional()? {
        Some((save, sum)) if checksum(&save.state) != sum => {
            Err(Error::Corrupt(format!("the state in slot {slot} does not match its checksum")))
        }
        found => Ok(found.map(|(save, _)| save)),
    }
}

fn save(row: &Row<'_>) -> rusqlite::Result<Save> {
    Ok(Save { slot: row.get(0)?, frame: row.get(1)?, state: row.get(2)? })
}

/// FNV-1a. SQLite has no checksums of its own for row data that changes on disk.
fn checksum(state: &[u8]) -> i64 {
    let sum = state.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    sum.cast_signed()
}
