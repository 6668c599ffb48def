//! What a chat bot has to remember: settings, reminders and moderation cases.
//!
//! Each method is a message. Their bodies are plain `rusqlite`, on the thread that owns the connection.

use actor_runtime::{Context, Reply, actor};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    boot::Options,
    error::{Error, Result},
    store::{Counts, Store},
};

/// The steps of the schema.
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

/// A server on which the bot is.
pub type GuildId = i64;
/// Somebody on it.
pub type UserId = i64;
/// Seconds since the epoch.
pub type Seconds = i64;

/// Somebody wants to be told something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Its number.
    pub id: i64,
    /// Who wants to be told.
    pub user: UserId,
    /// When.
    pub due: Seconds,
    /// What.
    pub text: String,
}

/// What was done about somebody, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Counts up from one on each server, without gaps.
    pub number: i64,
    /// About whom.
    pub user: UserId,
    /// `warn`, `mute` or `ban`.
    pub action: String,
    /// Why.
    pub reason: String,
    /// Whether it is still open.
    pub is_open: bool,
    /// What was added since, the oldest first.
    pub notes: Vec<String>,
}

/// The bot's memory.
#[derive(Debug)]
pub struct Bot {
    store: Store,
}

#[actor(mailbox = 256)]
impl Bot {
    /// Opens the file, whose options have to name [`SCHEMA`].
    ///
    /// # Errors
    ///
    /// See [`Options::open`].
    pub fn open(options: &Options) -> Result<Self> {
        Ok(Self { store: options.open()? })
    }

    /// Changes a setting of a server.
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

    /// A setting of a server, if it was made.
    pub fn setting(&mut self, guild: GuildId, name: &str, value: Reply<Result<Option<String>>>) {
        self.store.read(value, |connection| {
            let mut statement = connection
                .prepare_cached("SELECT value FROM setting WHERE guild = ?1 AND name = ?2")?;
            Ok(statement.query_row(params![guild, name], |row| row.get(0)).optional()?)
        });
    }

    /// All settings of a server, by name.
    pub fn settings(&mut self, guild: GuildId, settings: Reply<Result<Vec<(String, String)>>>) {
        self.store.read(settings, |connection| {
            let sql = "SELECT name, value FROM setting WHERE guild = ?1 ORDER BY name";
            let mut statement = connection.prepare_cached(sql)?;
            let settings = statement.query_map([guild], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(settings.collect::<rusqlite::Result<_>>()?)
        });
    }

    /// Notes a reminder, and gives its number.
    pub fn remind(&mut self, user: UserId, due: Seconds, text: &str, id: Reply<Result<i64>>) {
        self.store.write(id, |connection| {
            connection
                .prepare_cached("INSERT INTO reminder (user, due, text) VALUES (?1, ?2, ?3)")?
                .execute(params![user, due, text])?;
            Ok(connection.last_insert_rowid())
        });
    }

    /// Takes up to `max` reminders that are due, the earliest first, to be delivered before
    /// `until`. Nobody else is given them before that; afterwards they are due again, unless they
    /// were [delivered](BotHandle::delivered). So a bot that dies in between forgets nobody.
    ///
    /// # Cancel safety
    ///
    /// Reminders that nobody has read are due again at once.
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
            // SQLite says that what is returned is in no particular order.
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
            tracing::warn!(%error, "reminders that nobody read are due only when their claim ends");
        }
    }

    /// Forgets a reminder that was delivered. Says whether it was still there.
    pub fn delivered(&mut self, id: i64, was_there: Reply<Result<bool>>) {
        self.store.write(was_there, |connection| {
            let mut statement = connection.prepare_cached("DELETE FROM reminder WHERE id = ?1")?;
            Ok(statement.execute([id])? == 1)
        });
    }

    /// When the next reminder is due, so that the bot knows how long to sleep.
    pub fn next_due(&mut self, due: Reply<Result<Option<Seconds>>>) {
        self.store.read(due, |connection| {
            let sql = "SELECT min(max(due, claimed_until)) FROM reminder";
            Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        });
    }

    /// Opens a case, with its first note, and gives its number: one more than the last of that server.
    pub fn open_case(
        &mut self,
        guild: GuildId,
        user: UserId,
        action: &str,
        reason: &str,
        number: Reply<Result<i64>>,
    ) {
        self.store.transaction(number, |connection| {
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

    /// Closes a case, with a last note. Says whether it was open.
    pub fn close_case(&mut self, guild: GuildId, number: i64, was_open: Reply<Result<bool>>) {
        self.store.transaction(was_open, |connection| {
            let sql = "UPDATE moderation_case SET is_open = 0
                       WHERE guild = ?1 AND number = ?2 AND is_open";
            let closed = connection.prepare_cached(sql)?.execute([guild, number])?;
            if closed == 1 {
                note(connection, guild, number, "closed")?;
            }
            Ok(closed == 1)
        });
    }

    /// All cases about somebody, the newest first.
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

    /// Begins a transaction, which lasts over several requests: until it is
    /// [committed](BotHandle::commit) or [rolled back](BotHandle::roll_back), and no longer than the
    /// lease through which it was begun.
    ///
    /// # Cancel safety
    ///
    /// A transaction of whose beginning nobody has read is rolled back at once.
    #[cancel_safe(undelivered = end_unread)]
    pub fn begin(&mut self, context: &Context<Self>) -> Result<()> {
        // Anybody else's request would become part of it.
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

    /// Keeps what the transaction has done.
    pub fn commit(&mut self) -> Result<()> {
        self.store.commit()
    }

    /// Undoes what the transaction has done. To drop the lease does the same.
    pub fn roll_back(&mut self) -> Result<()> {
        if self.store.roll_back() { Ok(()) } else { Err(Error::NoTransaction) }
    }

    /// What the database has done.
    pub fn counts(&self) -> Counts {
        self.store.counts()
    }

    #[on_start]
    fn boot(&mut self) -> Result<(), Error> {
        self.store.boot()
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
