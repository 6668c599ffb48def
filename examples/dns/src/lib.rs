//! A DNS resolver as actors: one pool of servers behind a handle.
//!
//! ```text
//! clients ── UDP, TCP ──▶ Front ── question ──▶ Core ── question ──▶ Upstream ──▶ server A
//! callers ── Resolver ─────────────────────────▶ cache, merging,     Upstream ──▶ server B
//!                                                order, hedging       TcpUpstream, on truncation
//! ```
//!
//! ```no_run
//! use dns_actor::{Config, RecordType, Resolver};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let servers = ["192.0.2.1:53".parse()?, "192.0.2.2:53".parse()?];
//! let (resolver, background) = Resolver::pair(Config::new(servers));
//! tokio::spawn(background);
//!
//! let found = resolver.lookup_ip("example.org").await?;
//! println!("{}: {:?}", found.name, found.addresses);
//! for data in resolver.lookup("example.org.", RecordType::MX).await?.data() {
//!     println!("{data}");
//! }
//! for server in resolver.servers().await? {
//!     println!("{}: {} answers, {:?}", server.address, server.answered, server.latency);
//! }
//! # Ok(())
//! # }
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
