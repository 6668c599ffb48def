//! [`Unsent`]: what a failed send hands back.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use super::{Method, Refusal};

/// A message, or the value of a stream, that was not sent.
///
/// It is kept out of line, so that it does not enlarge results and futures.
pub struct Unsent<T>(Box<UnsentParts<T>>);

struct UnsentParts<T> {
    method: Method,
    is_value: bool,
    /// Never locked: a mutex is `Sync` if its content is `Send`, since `&Unsent` gives no access to it.
    content: Mutex<T>,
}

impl<T> Unsent<T> {
    /// A message to `method`.
    #[cold]
    pub(crate) fn message(method: Method, message: T) -> Self {
        Self(Box::new(UnsentParts { method, is_value: false, content: Mutex::new(message) }))
    }

    /// A value of the stream of `method`.
    #[cold]
    pub(crate) fn value(method: Method, value: T) -> Self {
        Self(Box::new(UnsentParts { method, is_value: true, content: Mutex::new(value) }))
    }

    /// Returns the handler to which the message was sent, or whose stream was to have the value.
    #[must_use]
    pub fn method(&self) -> Method {
        self.0.method
    }

    /// Returns the message or value.
    pub fn into_inner(self) -> T {
        self.0.content.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_value(&self) -> bool {
        self.0.is_value
    }

    pub(super) fn write_not_sent(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method();
        match self.is_value() {
            true => write!(f, "a value of `{method}` was not sent"),
            false => write!(f, "`{method}` was not accepted"),
        }
    }

    pub(super) fn refused_by(&self, refusal: Refusal, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_not_sent(f)?;
        if self.is_value() {
            f.write_str(": its reader was dropped")
        } else {
            write!(f, ": {refusal}")
        }
    }
}

impl<T> fmt::Debug for Unsent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.method(), f)
    }
}
