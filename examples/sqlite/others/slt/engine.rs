//! Runs SQL text on a database of either kind, and keeps what came of it.

use std::{
    fmt::Debug,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use sqlite_actor::{
    DatabaseHandle, Error, Row, Statement as ActorStatement, Value,
    rusqlite::{self, Connection, Statement},
};
use sqllogictest::{DB, DBOutput, DefaultColumnType};

/// What came of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It may have changed rows: their number, and the rowid of the last insert.
    Changed(usize, i64),
    /// It returned rows.
    Rows(Vec<Row>),
    /// It failed, with this text.
    Failed(String),
    /// The database does not begin or end transactions by SQL text.
    Refused,
}

/// A database that runs SQL text.
pub trait Sqlite: Send + 'static {
    fn execute(&self, sql: &str) -> Outcome;
    fn query(&self, sql: &str) -> Outcome;
    /// Executes statements in one transaction. The count is that of all of them.
    fn together(&self, statements: &[String]) -> Outcome;
}

/// The actor.
impl Sqlite for DatabaseHandle {
    fn execute(&self, sql: &str) -> Outcome {
        match Self::execute(self, sql, vec![]).blocking() {
            Ok(Ok(changed)) => Outcome::Changed(changed.rows, changed.last_id),
            Ok(Err(error)) => failed(&error),
            Err(error) => Outcome::Failed(format!("no reply: {error}")),
        }
    }

    fn query(&self, sql: &str) -> Outcome {
        match Self::query(self, sql, vec![]).blocking() {
            Ok(Ok(rows)) => Outcome::Rows(rows),
            Ok(Err(error)) => failed(&error),
            Err(error) => Outcome::Failed(format!("no reply: {error}")),
        }
    }

    fn together(&self, statements: &[String]) -> Outcome {
        let statements =
            statements.iter().map(|sql| ActorStatement::new(sql.clone(), [])).collect();
        match self.transaction(statements).blocking() {
            Ok(Ok(changed)) => Outcome::Changed(
                changed.iter().map(|changed| changed.rows).sum(),
                changed.last().map_or(0, |changed| changed.last_id),
            ),
            Ok(Err(error)) => failed(&error),
            Err(error) => Outcome::Failed(format!("no reply: {error}")),
        }
    }
}

fn failed(error: &Error) -> Outcome {
    match error {
        Error::TransactionControl => Outcome::Refused,
        Error::Sql(error) => Outcome::Failed(message(error)),
        error => Outcome::Failed(error.to_string()),
    }
}

/// Returns SQLite's own message: the actor keeps compiled statements, and the error of one that is compiled again has no
/// offset.
fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        error => error.to_string(),
    }
}

/// The connection, without an actor.
impl Sqlite for Connection {
    fn execute(&self, sql: &str) -> Outcome {
        let before = self.total_changes();
        let run = |statement: &mut Statement<'_>| {
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
            Ok(())
        };
        match self.prepare(sql).and_then(|mut statement| run(&mut statement)) {
            Ok(()) => {
                let rows = if self.total_changes() == before { 0 } else { self.changes() };
                Outcome::Changed(rows as usize, self.last_insert_rowid())
            }
            Err(error) => Outcome::Failed(message(&error)),
        }
    }

    fn query(&self, sql: &str) -> Outcome {
        let run = |statement: &mut Statement<'_>| -> rusqlite::Result<Vec<Row>> {
            let columns = statement.column_count();
            let row =
                |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
            statement.query_map([], row)?.collect()
        };
        match self.prepare(sql).and_then(|mut statement| run(&mut statement)) {
            Ok(rows) => Outcome::Rows(rows),
            Err(error) => Outcome::Failed(message(&error)),
        }
    }

    fn together(&self, statements: &[String]) -> Outcome {
        let control = |sql| self.execute_batch(sql).map_err(|error| message(&error));
        let work = || {
            control("BEGIN IMMEDIATE")?;
            let (mut rows, mut last_id) = (0, 0);
            for sql in statements {
                match Sqlite::execute(self, sql) {
                    Outcome::Changed(changed, id) => (rows, last_id) = (rows + changed, id),
                    Outcome::Failed(text) => return Err(text),
                    other => return Err(format!("{other:?}")),
                }
            }
            control("COMMIT")?;
            Ok(Outcome::Changed(rows, last_id))
        };
        work().unwrap_or_else(|text| {
            if !self.is_autocommit()
                && let Err(text) = control("ROLLBACK")
            {
                return Outcome::Failed(text);
            }
            Outcome::Failed(text)
        })
    }
}

/// Runs a statement by the method that is for it.
pub fn run(database: &impl Sqlite, sql: &str) -> Outcome {
    let word = first_word(sql);
    let returns = ["select", "values", "with", "explain", "pragma"].contains(&&*word);
    if returns || sql.to_ascii_lowercase().contains("returning") {
        database.query(sql)
    } else {
        database.execute(sql)
    }
}

/// Returns the first word of a statement, in lower case, without the comments before it.
pub fn first_word(sql: &str) -> String {
    let lines = sql.lines().map(str::trim_start).filter(|line| !line.starts_with("--"));
    let text = lines.collect::<Vec<_>>().join("\n").to_ascii_lowercase();
    text.trim_start().chars().take_while(char::is_ascii_alphabetic).collect()
}

/// The engine for `sqllogictest`.
pub struct Engine<D> {
    pub database: Arc<Mutex<D>>,
    /// The outcomes of the record that runs.
    pub outcomes: Arc<Mutex<Vec<Outcome>>>,
}

impl<D: Sqlite> DB for Engine<D> {
    type Error = io::Error;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, sql: &str) -> io::Result<DBOutput<DefaultColumnType>> {
        let outcome = run(&*self.database.lock().unwrap_or_else(PoisonError::into_inner), sql);
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome.clone());
        match outcome {
            Outcome::Changed(rows, _) => Ok(DBOutput::StatementComplete(rows as u64)),
            Outcome::Rows(rows) => Ok(DBOutput::Rows {
                types: vec![DefaultColumnType::Any; rows.first().map_or(0, Vec::len)],
                rows: rows.iter().map(|row| row.iter().map(text).collect()).collect(),
            }),
            Outcome::Failed(text) => Err(io::Error::other(text)),
            Outcome::Refused => Err(io::Error::other("refused")),
        }
    }

    fn engine_name(&self) -> &str {
        "sqlite"
    }
}

/// Returns a value as the files write it.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) if text.is_empty() => "(empty)".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Returns the beginning of a value's debug text.
pub fn short(value: &impl Debug) -> String {
    format!("{value:?}").chars().take(300).collect()
}
