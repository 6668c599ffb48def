//! A Redis-compatible server built from actors: keys, expiry, transactions, and publish/subscribe.
//!
//! [`server`] accepts clients, [`store`] holds the keys, and [`hub`] holds the subscriptions. Each client
//! has a connection actor, which reads commands, and a [`writer`] actor, which batches its output. There
//! are no locks, and every event source is checked for cancel safety at compile time.
//!
//! `README.md` in the crate root describes the design and the supported commands.

mod command;
mod connection;
pub mod frame;
pub mod glob;
pub mod hub;
mod inline;
pub mod number;
pub mod reader;
pub mod scan;
pub mod server;
mod status;
pub mod store;
pub mod writer;

pub use server::{Settings, start};
pub use writer::Limits;
