//! PostgreSQL behind an actor: one task owns the connection. See this package's `README.md`.
//!
//! ```text
//! error, config ◀── transport ◀── handshake ◀── driver ◀── client ◀── session, transaction, .. ◀── pool
//! ```

mod answer;
mod batch;
mod card;
mod client;
mod config;
mod copy;
mod driver;
mod error;
mod handshake;
mod listen;
mod pool;
mod portal;
mod request;
mod row;
mod session;
mod simple;
mod statement;
mod stream;
mod transaction;
mod transport;
mod types;

pub use crate::{
    batch::{Batch, Outcome},
    card::{Counts, Status},
    client::{Client, With},
    config::{Config, InvalidUrl, StatementMode},
    copy::{CopyIn, CopyOut},
    error::{Closed, Error, Notice, Result, ServerError, SqlState},
    listen::{AllNotifications, Notices, Notification, Notifications},
    pool::{Busy, Holder, Pool, PoolConfig, PoolListener, PoolStatus, PooledSession, Reset},
    portal::{Portal, PortalStream},
    row::{Column, Row, RowIndex},
    session::Session,
    simple::{SimpleResult, SimpleRow},
    statement::{Statement, ToStatement},
    stream::RowStream,
    transaction::{Begin, Exclusive, Isolation, Savepoint, Transaction},
    transport::tls::Tls,
};
/// The version of `postgres-types` whose traits convert values.
pub use postgres_types;
pub use postgres_types::{FromSql, ToSql, Type};

/// Compiles the code in the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
