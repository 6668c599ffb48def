//! A DNS resolver as actors: one pool of servers behind a handle.
//!
//! ```text
//! clients ── UDP, TCP ──▶ Front ── question ──▶ Core ── question ──▶ Upstream ──▶ server A
//! callers ── Resolver ─────────────────────────▶ cache, merging,     Upstream ──▶ server B
//!                                                order, hedging       TcpUpstream, on truncation
//! ```
//!
//! [`Resolver::pair`] returns a handle and the future that does the work. Equal questions are asked once. A
//! server that is late is not waited for: another one is asked as well, and one that fails is not asked for a
//! while.

mod alarms;
mod answer;
mod cache;
pub mod config;
mod core;
mod error;
pub mod front;
mod handle;
mod known;
mod link;
pub mod network;
mod question;
mod search;
mod server;
mod upstream;
mod wire;

pub use hickory_proto::rr::{Name, RecordType};

pub use crate::{
    answer::Answer,
    config::{Config, Stale},
    core::{Addresses, Stats},
    error::{Attempt, Failed, Failure, LookupError},
    handle::{Resolver, ResolverBackground},
    question::Question,
    search::Search,
    server::ServerStats,
};
