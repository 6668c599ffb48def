//! Errors: ours, or what the interface adds.

use std::{error, fmt};

pub use theirs::error::SqlState;

pub struct Error {
    code: Option<SqlState>,
    cause: Box<dyn error::Error + Send + Sync>,
    /// What our error was caused by, if it is one.
    is_ours: bool,
}

impl Error {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { code: None, cause: text.into().into(), is_ours: false }
    }

    pub fn code(&self) -> Option<&SqlState> {
        self.code.as_ref()
    }

    // What the code of the binary `COPY` format makes its errors by.

    pub(crate) fn to_sql(cause: Box<dyn error::Error + Send + Sync>, _: usize) -> Self {
        Self { code: None, cause, is_ours: false }
    }

    pub(crate) fn from_sql(cause: Box<dyn error::Error + Send + Sync>, index: usize) -> Self {
        Self::to_sql(cause, index)
    }

    pub(crate) fn encode(cause: std::io::Error) -> Self {
        Self::to_sql(cause.into(), 0)
    }

    pub(crate) fn parse(cause: std::io::Error) -> Self {
        Self::to_sql(cause.into(), 0)
    }

    pub(crate) fn column(name: String) -> Self {
        Self::text(format!("no column {name}"))
    }

    pub(crate) fn closed() -> Self {
        Self::text("connection closed")
    }
}

impl From<ours::Error> for Error {
    fn from(error: ours::Error) -> Self {
        let code = error.code().map(SqlState::from_code);
        Self { code, cause: error.into(), is_ours: true }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        if self.is_ours { self.cause.source() } else { Some(&*self.cause) }
    }
}
