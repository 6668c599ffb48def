//! Results of the simple protocol: all values are text.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use fallible_iterator::FallibleIterator;

use crate::{
    error::Result,
    request::ResultSet,
    row::{Cells, malformed, next_cells},
};

/// What one statement of [`simple_query`](crate::Client::simple_query) returned.
#[derive(Clone, Debug)]
pub struct SimpleResult {
    columns: Arc<[String]>,
    rows: Vec<SimpleRow>,
    tag: Bytes,
}

/// A row whose values are text.
#[derive(Clone)]
pub struct SimpleRow(Cells);

impl SimpleResult {
    pub(crate) fn new(set: ResultSet) -> Result<Self> {
        let columns = match &set.columns {
            None => Vec::new(),
            Some(body) => {
                let names = body.fields().map(|field| Ok(field.name().to_owned()));
                names.collect().map_err(|_| malformed())?
            }
        };
        let mut rows = Vec::new();
        for chunk in set.rows {
            let mut chunk = chunk.freeze();
            while let Some(cells) = next_cells(&mut chunk)? {
                rows.push(SimpleRow(cells));
            }
        }
        Ok(Self { columns: columns.into(), rows, tag: set.tag.unwrap_or_default() })
    }

    /// Returns the names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Returns the rows.
    #[must_use]
    pub fn rows(&self) -> &[SimpleRow] {
        &self.rows
    }

    /// Returns what the server says when the statement is complete, such as `INSERT 0 5`.
    #[must_use]
    pub fn tag(&self) -> &str {
        str::from_utf8(&self.tag).unwrap_or_default()
    }

    /// Returns the number of rows that the statement affected or returned.
    #[must_use]
    pub fn affected(&self) -> u64 {
        crate::request::affected(&self.tag)
    }
}

impl SimpleRow {
    /// Returns a value, or `None` if it is `NULL` or there is no such column.
    #[must_use]
    pub fn get(&self, column: usize) -> Option<&str> {
        str::from_utf8(self.0.get(column)?).ok()
    }

    /// Returns the number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if the row has no columns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }
}

impl fmt::Debug for SimpleRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.len()).map(|column| self.get(column))).finish()
    }
}
