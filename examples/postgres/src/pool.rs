//! A pool of sessions.

mod busy;

pub use self::busy::{Busy, Holder};
