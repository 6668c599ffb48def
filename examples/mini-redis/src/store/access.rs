//! The interface between commands and the keyspace: one database, and errors with the wording of Redis.

use std::borrow::Cow;

use bytes::Bytes;

use crate::{
    frame::Frame,
    number::{parse_float, parse_integer},
};

use super::{
    blob::Blob,
    events::{Class, Event},
    keyspace::Keyspace,
    value::{Entry, Value},
};

/// The error of a command, with the text that is sent to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) Cow<'static, str>);

/// The result of a command.
pub(crate) type Outcome = Result<Frame, Fault>;

impl From<Fault> for Frame {
    fn from(fault: Fault) -> Self {
        Self::Error(fault.0)
    }
}

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

pub(crate) const SYNTAX: Fault = Fault(Cow::Borrowed("ERR syntax error"));
pub(crate) const NO_INTEGER: Fault =
    Fault(Cow::Borrowed("ERR value is not an integer or out of range"));
pub(crate) const NO_FLOAT: Fault = Fault(Cow::Borrowed("ERR value is not a valid float"));
pub(crate) const NOT_POSITIVE: Fault =
    Fault(Cow::Borrowed("ERR value is out of range, must be positive"));
pub(crate) const NO_KEY: Fault = Fault(Cow::Borrowed("ERR no such key"));
pub(crate) const WRONG_TYPE: Fault =
    Fault(Cow::Borrowed("WRONGTYPE Operation against a key holding the wrong kind of value"));

pub(crate) fn integer(word: &[u8]) -> Result<i64, Fault> {
    parse_integer(word).ok_or(NO_INTEGER)
}

/// Parses the number of a database, of which there are `databases`.
pub(crate) fn database_at(word: &[u8], databases: usize) -> Result<usize, Fault> {
    let number = integer(word)?;
    if i32::try_from(number).is_err() {
        let (least, most) = (i32::MIN, i32::MAX);
        let range = format!("ERR value is out of range, value must between {least} and {most}");
        return Err(range.into());
    }
    let number = usize::try_from(number).ok().filter(|number| *number < databases);
    number.ok_or(Fault("ERR DB index is out of range".into()))
}

pub(crate) fn float(word: &[u8]) -> Result<f64, Fault> {
    parse_float(word).ok_or(NO_FLOAT)
}

/// Access to the store for one command.
#[derive(Debug)]
pub(crate) struct Access<'a> {
    pub(crate) keyspace: &'a mut Keyspace,
    pub(crate) database: usize,
    name: &'a [u8],
}

impl<'a> Access<'a> {
    pub(crate) fn new(keyspace: &'a mut Keyspace, database: usize, name: &'a [u8]) -> Self {
        Self { keyspace, database, name }
    }

    /// Returns the name of the command in lower case, for errors.
    pub(crate) fn name(&self) -> String {
        String::from_utf8_lossy(self.name).to_ascii_lowercase()
    }

    /// Returns the name of the command as the client wrote it.
    pub(crate) fn word(&self) -> &'a [u8] {
        self.name
    }

    pub(crate) fn now(&self) -> i64 {
        self.keyspace.now
    }

    pub(crate) fn wrong_arity(&self) -> Fault {
        format!("ERR wrong number of arguments for '{}' command", self.name()).into()
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.keyspace.get(self.database, key)
    }

    pub(crate) fn exists(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn deadline(&self, key: &[u8]) -> Option<i64> {
        self.get(key)?.deadline
    }

    /// Reads a string. This counts as a hit or a miss.
    pub(crate) fn read_string(&mut self, key: &[u8]) -> Result<Option<Bytes>, Fault> {
        match self.keyspace.read(self.database, key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.to_bytes())),
            Some(_) => Err(WRONG_TYPE),
        }
    }

    pub(crate) fn notify(&mut self, event: Event, key: &[u8]) {
        self.keyspace.events.notify(event, self.database, key);
    }

    /// Stores a string and removes the deadline.
    pub(crate) fn set(&mut self, key: &[u8], text: Blob) {
        self.set_until(key, Value::String(text), None);
        self.notify(Event::SET, key);
    }

    /// Stores a string and keeps the deadline.
    pub(crate) fn update(&mut self, key: &[u8], text: Blob, event: &'static str) {
        match self.keyspace.get_mut(self.database, key) {
            Some(place) => {
                *place = Value::String(text);
                self.keyspace.touch(self.database, key);
            }
            None => self.set_until(key, Value::String(text), None),
        }
        self.notify(Event(Class::String, event), key);
    }

    /// Stores a value and its deadline. Of the events, only that of a new key is published.
    pub(crate) fn set_until(&mut self, key: &[u8], value: Value, deadline: Option<i64>) {
        if self.keyspace.set(self.database, key, value, deadline) {
            self.notify(Event::NEW, key);
        }
    }

    /// Stores an entry under a key, which counts as new.
    pub(crate) fn replace(&mut self, key: &[u8], entry: Entry) {
        self.keyspace.remove(self.database, key);
        self.set_until(key, entry.value, entry.deadline);
    }

    /// Sets the deadline of a key that exists. If it has passed, the key is removed.
    pub(crate) fn set_deadline(&mut self, key: &[u8], deadline: i64) {
        self.keyspace.set_deadline(self.database, key, Some(deadline));
        self.notify(if self.exists(key) { Event::EXPIRE } else { Event::DEL }, key);
    }

    /// Removes the deadline of a key. Returns `false` if there is none; watchers see no change then.
    pub(crate) fn forget_deadline(&mut self, key: &[u8]) -> bool {
        let had_deadline = self.deadline(key).is_some();
        if had_deadline {
            self.keyspace.set_deadline(self.database, key, None);
            self.notify(Event(Class::Generic, "persist"), key);
        }
        had_deadline
    }

    /// Removes a key, and frees its value later. Returns `false` if there is no such key.
    pub(crate) fn remove(&mut self, key: &[u8]) -> bool {
        let was_there = self.keyspace.remove(self.database, key);
        if was_there {
            self.notify(Event::DEL, key);
        }
        was_there
    }

    /// Parses the number of an option such as `EX 10` into a deadline. It must be positive.
    pub(crate) fn deadline_of(&self, unit: Unit, word: &[u8]) -> Result<i64, Fault> {
        let number = integer(word)?;
        let invalid =
            || Fault::from(format!("ERR invalid expire time in '{}' command", self.name()));
        if number <= 0 {
            return Err(invalid());
        }
        self.absolute(unit, number).ok_or_else(invalid)
    }

    /// Converts a time to milliseconds since the Unix epoch. Returns `None` on overflow.
    pub(crate) fn absolute(&self, unit: Unit, number: i64) -> Option<i64> {
        let (factor, base) = match unit {
            Unit::Seconds => (1000, self.now()),
            Unit::Milliseconds => (1, self.now()),
            Unit::UnixSeconds => (1000, 0),
            Unit::UnixMilliseconds => (1, 0),
        };
        number.checked_mul(factor)?.checked_add(base)
    }
}

/// The unit of a deadline, and whether it is relative or absolute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Milliseconds,
    UnixSeconds,
    UnixMilliseconds,
}

impl Unit {
    /// Returns the unit for an option of `SET` or `GETEX`.
    pub(crate) fn of_option(option: &[u8]) -> Option<Self> {
        match option.to_ascii_uppercase().as_slice() {
            b"EX" => Some(Self::Seconds),
            b"PX" => Some(Self::Milliseconds),
            b"EXAT" => Some(Self::UnixSeconds),
            b"PXAT" => Some(Self::UnixMilliseconds),
            _ => None,
        }
    }
}
