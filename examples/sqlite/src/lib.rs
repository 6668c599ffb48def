//! SQLite on a thread of its own, behind an actor. See `README.md` beside this package's manifest.
//!
//! ```text
//! error ◀── store ◀── boot ◀── database, bot, console
//! ```
//!
//! - [`Options`] opens a database: settings, schema, check. Any failure is an error and no handle.
//! - [`Store`] is the open database: it knows when a transaction begins and ends, and when an answer may be given.
//! - [`Database`] is an actor around it for SQL text, [`bot::Bot`] and [`console::Console`] are two for what a
//!   program does: a chat bot and an emulator.

pub mod bot;
pub mod console;

mod boot;
mod database;
mod error;
mod store;

pub use crate::{
    boot::{Check, GroupCommit, Options},
    database::{Changed, Database, DatabaseHandle, DatabaseMessage, Row, Statement},
    error::{Error, Result, Rule},
    store::{Counts, Store},
};
pub use rusqlite::types::Value;

/// The README's code is compiled and run with the package's other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
