//! Prepared statements, as callers see them.

use std::{fmt, sync::Arc};

use postgres_types::Type;

use crate::{driver::Prepared, row::Column};

/// A prepared statement, as it was when it was prepared: if its tables have other columns by now, a query or an execution of
/// it is prepared again, and other uses fail with `0A000`. It belongs to its session, and is closed on the server when its last clone is dropped
/// and it is not in the cache.
#[derive(Clone)]
pub struct Statement(pub(crate) Arc<Prepared>);

/// The types of a statement.
#[derive(Clone)]
pub(crate) struct Shape {
    pub(crate) parameters: Arc<[Type]>,
    pub(crate) columns: Arc<[Column]>,
}

impl Statement {
    /// Returns its text.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.0.sql
    }

    /// Returns its name on the server. It is empty if the statement is parsed each time.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the types of its parameters.
    #[must_use]
    pub fn parameters(&self) -> &[Type] {
        self.0.shape.get().map_or(&[], |shape| &shape.parameters)
    }

    /// Returns its columns, as they were when it was prepared.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        self.0.shape.get().map_or(&[], |shape| &shape.columns)
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statement").field("name", &self.0.name).field("sql", &self.0.sql).finish()
    }
}

/// What can be run: a text, or a [`Statement`].
pub trait ToStatement: sealed::Sealed {
    /// Returns what it is.
    #[doc(hidden)]
    fn source(&self) -> Source<'_>;
}

/// A text, or a statement.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    Text(&'a str),
    Statement(&'a Statement),
}

mod sealed {
    pub trait Sealed: Sync {}
    impl Sealed for str {}
    impl Sealed for String {}
    impl Sealed for super::Statement {}
}

impl ToStatement for str {
    fn source(&self) -> Source<'_> {
        Source::Text(self)
    }
}

impl ToStatement for String {
    fn source(&self) -> Source<'_> {
        Source::Text(self)
    }
}

impl ToStatement for Statement {
    fn source(&self) -> Source<'_> {
        Source::Statement(self)
    }
}
