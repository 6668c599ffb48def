//! Who holds what.

use std::{fmt, panic::Location, time::Duration};

/// No session became free in time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Busy {
    /// How long the caller waited.
    pub waited: Duration,
    /// The most sessions that the pool may have.
    pub size: usize,
    /// How many sessions are being connected.
    pub connecting: usize,
    /// Why the last attempt to connect failed, if it did.
    pub connect_error: Option<String>,
    /// Who holds sessions, the longest first.
    pub holders: Vec<Holder>,
}

/// Who holds a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Holder {
    /// Where it was acquired.
    pub location: &'static Location<'static>,
    /// For how long it is held.
    pub held: Duration,
    /// The server's process.
    pub process_id: i32,
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { waited, size, connecting, connect_error, holders } = self;
        write!(f, "no session within {waited:?}: {} of {size} are in use", holders.len())?;
        if *connecting > 0 {
            write!(f, ", {connecting} are being connected")?;
        }
        if let Some(error) = connect_error {
            write!(f, ", the last attempt to connect failed: {error}")?;
        }
        if let Some(Holder { location, held, process_id }) = holders.first() {
            write!(f, "; the longest for {held:?}, acquired at {location} (process {process_id})")?;
        }
        Ok(())
    }
}
