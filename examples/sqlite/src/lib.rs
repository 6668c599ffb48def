//! SQLite on a dedicated thread, behind an actor. See this package's `README.md`.
//!
//! ```text
//! error ◀── options, sql, control, interrupt ◀── boot, backup ◀── store ◀── database, pool, bot, console
//! ```
//!
//! - [`Options`] opens a database: settings, schema, integrity check. If any step fails, no handle is returned.
//! - [`Store`] is the open database. It controls when transactions begin and end, and when replies are sent.
//! - [`Database`] is an actor that runs SQL text. [`bot::Bot`] and [`console::Console`] are actors of
//!   applications: a chat bot and an emulator.
//! - [`Pool`] is a writer and several readers, each on its own thread.

pub mod bot;
pub mod console;

mod backup;
mod boot;
mod control;
mod database;
mod error;
mod interrupt;
mod options;
mod pool;
mod sql;
mod store;

pub use crate::{
    database::{Database, DatabaseHandle, DatabaseMessage, Statement},
    error::{Error, Result, Rule},
    options::{Check, GroupCommit, Options, ResultLimit, Step},
    pool::{Pool, Rows},
    sql::{Changed, Row},
    store::{Counts, Store},
};
/// The version of `rusqlite` whose types this package uses, such as [`rusqlite::Connection`].
pub use rusqlite;
pub use rusqlite::types::Value;

/// Compiles and runs the code in the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
