//! The storage actor of a chat bot: settings, reminders and moderation cases.
//!
//! Each method is a message. The bodies use `rusqlite` directly, on the thread that owns the connection.

use actor_runtime::{Context, Reply, actor};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    error::{Error, Result},
    options::Options,
    store::{Counts, Store},
};

/// The migration steps of the schema.
pub const SCHEMA: &[&str] = &[
    "CREATE TABLE setting (
         guild INTEGER NOT NULL,
         name TEXT NOT NULL,
         value TEXT NOT NULL,
         PRIMARY KEY (guild, name)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE reminder (
         id INTEGER PRIMARY KEY,
         user INTEGER NOT NULL,
         due INTEGER NOT NULL,
         text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 2000)
     ) STRICT;
     CREATE INDEX reminder_by_due ON reminder (due);",
    "ALTER TABLE reminder ADD COLUMN claimed_until INTEGER NOT NULL DEFAULT 0;",
    "CREATE TABLE moderation_case (
         guild INTEGER NOT NULL,
         number INTEGER NOT NULL,
         user INTEGER NOT NULL,
         action TEXT NOT NULL CHECK (action IN ('warn', 'mute', 'ban')),
         reason TEXT NOT NULL,
         is_open INTEGER NOT NULL DEFAULT 1,
         PRIMARY KEY (guild, number)
     ) STRICT;
     CREATE INDEX moderation_case_by_user ON moderation_case (guild, user);
     CREATE TABLE case_note (
         id INTEGER PRIMARY KEY,
         guild INTEGER NOT NULL,
         number INTEGER NOT NULL,
         text TEXT NOT NULL,
         FOREIGN KEY (guild, number) REFERENCES moderation_case (guild, number)
     ) STRICT;
     CREATE INDEX case_note_by_case ON case_note (guild, number);",
];

/// Identifies a chat server.
pub type GuildId = i64;
/// Identifies a user.
pub type UserId = i64;
/// Seconds since the Unix epoch.
pub type Seconds = i64;

/// A message to deliver to a user at a given time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// The id of the reminder.
    pub id: i64,
    /// The recipient.
    pub user: UserId,
    /// The time at which it is due.
    pub due: Seconds,
    /// The text, 1 to 2000 characters.
    pub text: String,
}

/// A moderation case: an action against a user and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The number of the case, counted from 1 per server without gaps.
    pub number: i64,
    /// The user that the case is about.
    pub user: UserId,
    /// `warn`, `mute` or `ban`.
    pub action: String,
    /// The reason for the action.
    pub reason: String,
    /// Whether the case is open.
    pub is_open: bool,
    /// The notes, oldest first.
    pub notes: Vec<String>,
}

/// The storage actor of the chat bot.
#[derive(Debug)]
pub struct Bot {
    store: Store,
}

#[actor(mailbox = 256)]
impl Bot {
    /// Opens the database. The options must use [`SCHEMA`].
    ///
    /// # Errors
    ///
    /// See [`Options::open`].
    pub fn open(options: &Options) -> Result<Self> {
        Ok(Self { store: options.open()? })
    }

    /// Sets a setting of a server.
    pub fn set(&mut self, guild: GuildId, name: &str, value: &str, done: Reply<Result<()>>) {
        self.store.write(done, |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO setting VALUES (?1, ?2, ?3)
                     ON CONFLICT (guild, name) DO UPDATE SET value = excluded.value",
                )?
                .execute(params![guild, name, value])?;
            Ok(())
        });
    }

    /// Returns a setting of a server, or `None` if it is not set.
    pub fn setting(&mut self, guild: GuildId, name: &str, value: Reply<Result<Option<String>>>) {
        self.store.read(value, |connection| {
            let mut statement = connection
                .prepare_cached("SELECT value FROM setting WHERE guild = ?1 AND name = ?2")?;
            Ok(statement.query_row(params![guild, name], |row| row.get(0)).optional()?)
        });
    }

    /// Returns all settings of a server, ordered by name.
    pub fn settings(&mut self, guild: GuildId, settings: Reply<Result<Vec<(String, String)>>>) {
        self.store.read(settings, |connection| {
            let sql = "SELECT name, value FROM setting WHERE guild = ?1 ORDER BY name";
            let mut statement = connection.prepare_cached(sql)?;
            let settings = statement.query_map([guild], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(settings.collect::<rusqlite::Result<_>>()?)
        });
    }

    /// Stores a reminder and returns its id.
    pub fn remind(&mut self, user: UserId, due: Seconds, text: &str, id: Reply<Result<i64>>) {
        self.store.write(id, |connection| {
            connection
                .prepare_cached("INSERT INTO reminder (user, due, text) VALUES (?1, ?2, ?3)")?
                .execute(params![user, due, text])?;
            Ok(connection.last_insert_rowid())
        });
    }

    /// Claims up to `max` reminders that are due, earliest first, for delivery before `until`.
    ///
    /// A claimed reminder is not returned again before `until`. After that it is due again, unless it was
    /// [delivered](BotHandle::delivered), so a bot that crashes in between loses no reminders.
    ///
    /// # Cancel safety
    ///
    /// If the caller is dropped before it reads the reply, the reminders are due again immediately. If undoing
    /// the claim fails, they are due again after `until`.
    #[cancel_safe(undelivered = unclaim)]
    pub fn claim_due(
        &mut self,
        now: Seconds,
        until: Seconds,
        max: u32,
        due: Reply<Result<Vec<Reminder>>>,
    ) {
        self.store.write(due, |connection| {
            let mut statement = connection.prepare_cached(
                "UPDATE reminder SET claimed_until = ?2 WHERE id IN (
                     SELECT id FROM reminder WHERE due <= ?1 AND claimed_until <= ?1
                     ORDER BY due, id LIMIT ?3
                 ) RETURNING id, user, due, text",
            )?;
            let reminders = statement.query_map(params![now, until, max], reminder)?;
            let mut reminders: Vec<_> = reminders.collect::<rusqlite::Result<_>>()?;
            // SQLite does not specify the order of the rows of `RETURNING`.
            reminders.sort_by_key(|reminder| (reminder.due, reminder.id));
            Ok(reminders)
        });
    }

    fn unclaim(&mut self, unread: Result<Vec<Reminder>>) {
        let unread = unread.unwrap_or_default();
        let outcome = self.store.apply(|connection| {
            let sql = "UPDATE reminder SET claimed_until = 0 WHERE id = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            for reminder in &unread {
                statement.execute([reminder.id])?;
            }
            Ok(())
        });
        if let Err(error) = outcome {
            tracing::warn!(%error, "could not release unread reminders; they are due again when their claim expires");
        }
    }

    /// Deletes a reminder that was delivered. Returns `true` if it existed.
    pub fn delivered(&mut self, id: i64, was_there: Reply<Result<bool>>) {
        self.store.write(was_there, |connection| {
            let mut statement = connection.prepare_cached("DELETE FROM reminder WHERE id = ?1")?;
            Ok(statement.execute([id])? == 1)
        });
    }

    /// Returns the time at which the next reminder is due, or `None` if there are no reminders.
    pub fn next_due(&mut self, due: Reply<Result<Option<Seconds>>>) {
        self.store.read(due, |connection| {
            let sql = "SELECT min(max(due, claimed_until)) FROM reminder";
            Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        });
    }

    /// Opens a case with a first note and returns its number, one more than the last number on that server.
    pub fn open_case(
        &mut self,
        guild: GuildId,
        user: UserId,
        action: &str,
        reason: &str,
        number: Reply<Result<i64>>,
    ) {
        self.store.write(number, |connection| {
            let number: i64 = connection
                .prepare_cached(
                    "INSERT INTO moderation_case (guild, number, user, action, reason)
                     SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3, ?4
                     FROM moderation_case WHERE guild = ?1
                     RETURNING number",
                )?
                .query_row(params![guild, user, action, reason], |row| row.get(0))?;
            note(connection, guild, number, &format!("opened: {action}"))?;
            Ok(number)
        });
    }

    /// Adds a note to a case.
    pub fn add_note(&mut self, guild: GuildId, number: i64, text: &str, done: Reply<Result<()>>) {
        self.store.write(done, |connection| note(connection, guild, number, text));
    }

    /// Closes a case with a final note. Returns `true` if it was open.
    pub fn close_case(&mut self, guild: GuildId, number: i64, was_open: Reply<Result<bool>>) {
        self.store.write(was_open, |connection| {
            let sql = "UPDATE moderation_case SET is_open = 0
                       WHERE guild = ?1 AND number = ?2 AND is_open";
            let closed = connection.prepare_cached(sql)?.execute([guild, number])?;
            if closed == 1 {
                note(connection, guild, number, "closed")?;
            }
            Ok(closed == 1)
        });
    }

    /// Returns all cases about a user, newest first.
    pub fn cases(&mut self, guild: GuildId, user: UserId, cases: Reply<Result<Vec<Case>>>) {
        self.store.read(cases, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT number, user, action, reason, is_open FROM moderation_case
                 WHERE guild = ?1 AND user = ?2 ORDER BY number DESC",
            )?;
            let cases = statement.query_map([guild, user], case)?;
            let with_notes = |case: rusqlite::Result<Case>| {
                let case = case?;
                let notes = notes(connection, guild, case.number)?;
                Ok::<_, Error>(Case { notes, ..case })
            };
            cases.map(with_notes).collect()
        });
    }

    /// Begins a transaction that spans several requests.
    ///
    /// The transaction lasts until it is [committed](BotHandle::commit) or [rolled back](BotHandle::roll_back),
    /// and is rolled back when the lease ends.
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

fn reminder(row: &Row<'_>) -> rusqlite::Result<Reminder> {
    Ok(Reminder { id: row.get(0)?, user: row.get(1)?, due: row.get(2)?, text: row.get(3)? })
}

fn case(row: &Row<'_>) -> rusqlite::Result<Case> {
    Ok(Case {
        number: row.get(0)?,
        user: row.get(1)?,
        action: row.get(2)?,
        reason: row.get(3)?,
        is_open: row.get(4)?,
        notes: Vec::new(),
    })
}

fn note(connection: &Connection, guild: GuildId, number: i64, text: &str) -> Result<()> {
    let sql = "INSERT INTO case_note (guild, number, text) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![guild, number, text])?;
    Ok(())
}

fn notes(connection: &Connection, guild: GuildId, number: i64) -> Result<Vec<String>> {
    let sql = "SELECT text FROM case_note WHERE guild = ?1 AND number = ?2 ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let notes = statement.query_map([guild, number], |row| row.get(0))?;
    Ok(notes.collect::<rusqlite::Result<_>>()?)
}
