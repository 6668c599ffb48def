//! A server that speaks RESP as Redis 7 does: keys, expiry, transactions, publish and subscribe.
//!
//! It is made of actors. [`hub`] knows who is subscribed to what, [`store`] has the keys; for each client
//! there is a connection that reads commands and a [`writer`] that gathers what is to be written. There
//! is no lock, and every `select!` is checked: what it drops, it may drop.
//!
//! See `README.md` beside this crate.

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
