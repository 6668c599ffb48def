//! Running SQL text.

use rusqlite::{Connection, Params, Statement, types::Value};

use crate::{
    error::{Error, Result},
    options::ResultLimit,
};

/// Capacity of the prepared statement cache.
pub(crate) const STATEMENTS: usize = 128;

/// Statements with longer texts are not cached, so that the cache is bounded in bytes too. A compiled statement takes
/// several times the memory of its text.
const LONGEST_CACHED: usize = 8 * 1024;

/// A row: one value per column.
pub type Row = Vec<Value>;

/// The effect of a statement.
///
/// It converts into `()`, into a `bool` that is `true` if any row was changed, into a `usize`, the number of rows, and
/// into an `i64`, the rowid of the last insert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// The number of rows that were inserted, updated or deleted.
    pub rows: usize,
    /// The rowid of the last insert on this connection, or 0 if there was none.
    pub last_id: i64,
}

impl From<Changed> for () {
    fn from(_: Changed) {}
}

impl From<Changed> for bool {
    fn from(changed: Changed) -> Self {
        changed.rows > 0
    }
}

impl From<Changed> for usize {
    fn from(changed: Changed) -> Self {
        changed.rows
    }
}

impl From<Changed> for i64 {
    fn from(changed: Changed) -> Self {
        changed.last_id
    }
}

/// How the text of a statement must be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It reads, and may share a transaction.
    Reads,
    /// It may write, and is run in a transaction.
    Writes,
    /// SQLite refuses or ignores it in a transaction.
    Apart,
    /// It rebuilds the file, for which SQLite begins and ends transactions by itself.
    Vacuum,
}

impl Kind {
    /// Returns the kind of a statement, which is compiled if its first word does not decide.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not one valid statement.
    pub(crate) fn of(connection: &Connection, sql: &str) -> Result<Self> {
        let word = first_word(sql);
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        Ok(if is("select") || is("values") {
            Self::Reads
        } else if is("vacuum") {
            Self::Vacuum
        } else if is("pragma") || is("attach") || is("detach") {
            Self::Apart
        } else if (is("with") || is("explain"))
            && with_statement(connection, sql, |statement| Ok(statement.readonly()))?
        {
            Self::Reads
        } else {
            Self::Writes
        })
    }
}

/// Returns the first word of a statement, after white space and comments.
fn first_word(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        let after = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n')
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/")
        } else {
            let end = rest.find(|letter: char| !letter.is_ascii_alphabetic());
            return &rest[..end.unwrap_or(rest.len())];
        };
        rest = after.map_or("", |(_, after)| after.trim_start());
    }
}

/// Executes a statement to its end. Rows that it returns are dropped.
pub(crate) fn execute(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
) -> Result<Changed> {
    let before = connection.total_changes();
    with_statement(connection, sql, |statement| {
        let mut rows = statement.query(parameters)?;
        while rows.next()?.is_some() {}
        Ok(())
    })?;
    // SQLite keeps the count of the last statement that changes rows.
    let is_changed = connection.total_changes() != before;
    let rows = if is_changed { connection.changes() } else { 0 };
    Ok(Changed {
        rows: usize::try_from(rows).unwrap_or(usize::MAX),
        last_id: connection.last_insert_rowid(),
    })
}

/// Returns the rows of a statement.
pub(crate) fn query(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    limit: ResultLimit,
) -> Result<Vec<Row>> {
    with_statement(connection, sql, |statement| {
        let mut rows = statement.query(parameters)?;
        let mut found = Vec::new();
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let row = values(row)?;
            bytes += size(&row);
            if found.len() == limit.rows || bytes > limit.bytes {
                return Err(Error::TooLarge(limit));
            }
            found.push(row);
        }
        Ok(found)
    })
}

/// Returns the size of a row in memory.
fn size(row: &Row) -> usize {
    let outside = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Null | Value::Integer(_) | Value::Real(_) => 0,
    };
    size_of::<Row>() + size_of_val(&row[..]) + row.iter().map(outside).sum::<usize>()
}

/// Returns the values of a row.
pub(crate) fn values(row: &rusqlite::Row<'_>) -> Result<Row> {
    // The number of columns is known after the first step: if the schema has changed since a statement was compiled,
    // SQLite compiles it again then.
    let columns = row.as_ref().column_count();
    Ok((0..columns).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?)
}

/// Prepares a statement, or takes it from the cache.
fn with_statement<T>(
    connection: &Connection,
    sql: &str,
    work: impl FnOnce(&mut Statement<'_>) -> Result<T>,
) -> Result<T> {
    if is_cached(sql) {
        work(&mut *connection.prepare_cached(sql)?)
    } else {
        work(&mut connection.prepare(sql)?)
    }
}

fn is_cached(sql: &str) -> bool {
    sql.len() <= LONGEST_CACHED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_found_after_comments() {
        for (sql, word) in [
            ("PRAGMA user_version", "PRAGMA"),
            ("  \n\tvacuum", "vacuum"),
            ("-- one\n /* two */ attach 'x' AS y", "attach"),
            ("/* never closed", ""),
            ("-- only a comment", ""),
            ("select(1)", "select"),
            ("", ""),
        ] {
            assert_eq!(first_word(sql), word, "{sql:?}");
        }
    }

    #[test]
    fn long_texts_are_not_cached() {
        assert!(is_cached("SELECT 1"));
        assert!(!is_cached(&format!("SELECT '{}'", "x".repeat(LONGEST_CACHED))));
    }
}
