//! SQLite on a dedicated thread, behind an actor. See this package's `README.md`.
//!
//! ```text
//! error ◀── store ◀── boot ◀── database, bot, console
//! ```
//!
//! - [`Options`] opens a database: settings, schema, integrity check. If any step fails, no handle is returned.
//! - [`Store`] is the open database. It controls when transactions begin and end, and when replies are sent.
//! - [`Database`] is an actor that runs SQL text. [`bot::Bot`] and [`console::Console`] are actors of
//!   applications: a chat bot and an emulator.

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

/// Compiles and runs the code in the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
