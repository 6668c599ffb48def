//! Errors and notices of the server, with all their fields.

use std::{error, fmt};

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorFields;

/// Names of the SQLSTATE codes that this crate or its users tell apart.
#[derive(Debug)]
pub struct SqlState;

#[expect(missing_docs, reason = "the names are those of the manual of PostgreSQL, appendix A")]
impl SqlState {
    pub const FEATURE_NOT_SUPPORTED: &str = "0A000";
    pub const UNIQUE_VIOLATION: &str = "23505";
    pub const IN_FAILED_SQL_TRANSACTION: &str = "25P02";
    pub const INVALID_SQL_STATEMENT_NAME: &str = "26000";
    pub const INVALID_PASSWORD: &str = "28P01";
    pub const SERIALIZATION_FAILURE: &str = "40001";
    pub const DEADLOCK_DETECTED: &str = "40P01";
    pub const SYNTAX_ERROR: &str = "42601";
    pub const UNDEFINED_TABLE: &str = "42P01";
    pub const QUERY_CANCELED: &str = "57014";
    pub const ADMIN_SHUTDOWN: &str = "57P01";
}

/// An error that the server reports.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerError(Fields);

/// A notice or warning that the server reports beside a statement.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice(Fields);

/// The fields, by their letter in the protocol.
#[derive(Clone, Default, PartialEq, Eq)]
struct Fields(Vec<(u8, String)>);

impl Fields {
    fn parse(mut fields: ErrorFields<'_>) -> Self {
        let mut all = Vec::with_capacity(8);
        while let Ok(Some(field)) = fields.next() {
            all.push((field.type_(), String::from_utf8_lossy(field.value_bytes()).into_owned()));
        }
        Self(all)
    }

    fn get(&self, letter: u8) -> Option<&str> {
        self.0.iter().find(|(of, _)| *of == letter).map(|(_, text)| &**text)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |letter| self.get(letter).unwrap_or_default();
        write!(f, "{}: {} (SQLSTATE {})", text(b'S'), text(b'M'), text(b'C'))?;
        for (name, letter) in [("detail", b'D'), ("hint", b'H'), ("where", b'W')] {
            if let Some(text) = self.get(letter) {
                write!(f, "; {name}: {}", text.replace('\n', ", "))?;
            }
        }
        Ok(())
    }
}

macro_rules! fields {
    ($type:ident: $($(#[$doc:meta])* $name:ident = $letter:literal),*) => {
        impl $type {
            pub(crate) fn parse(fields: ErrorFields<'_>) -> Self {
                Self(Fields::parse(fields))
            }

            /// Returns the severity in English, such as `ERROR` or `NOTICE`.
            #[must_use]
            pub fn severity(&self) -> &str {
                self.0.get(b'V').or_else(|| self.0.get(b'S')).unwrap_or_default()
            }

            /// Returns the SQLSTATE.
            #[must_use]
            pub fn code(&self) -> &str {
                self.0.get(b'C').unwrap_or_default()
            }

            /// Returns the message.
            #[must_use]
            pub fn message(&self) -> &str {
                self.0.get(b'M').unwrap_or_default()
            }

            $($(#[$doc])* #[must_use]
            pub fn $name(&self) -> Option<&str> {
                self.0.get($letter)
            })*
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f)
            }
        }
    };
}

fields! { ServerError:
    /// Returns the detail, if the server sent one.
    detail = b'D',
    /// Returns the hint, if the server sent one.
    hint = b'H',
    /// Returns the character of the statement at which the error is, counted from one.
    position = b'P',
    /// Returns the context, such as the functions that were running.
    context = b'W',
    /// Returns the schema that the error is about.
    schema = b's',
    /// Returns the table that the error is about.
    table = b't',
    /// Returns the column that the error is about.
    column = b'c',
    /// Returns the data type that the error is about.
    data_type = b'd',
    /// Returns the constraint that was violated.
    constraint = b'n'
}

fields! { Notice:
    /// Returns the detail, if the server sent one.
    detail = b'D',
    /// Returns the hint, if the server sent one.
    hint = b'H'
}

impl error::Error for ServerError {}

impl ServerError {
    /// Whether the server closes the connection after this error.
    pub(crate) fn is_fatal(&self) -> bool {
        matches!(self.severity(), "FATAL" | "PANIC")
    }
}
