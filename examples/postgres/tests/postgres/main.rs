//! Tests against a real server. They are skipped with a message if PostgreSQL is not installed, or fail with
//! `NO_SKIP=1`.

mod support;

mod cancelling;
mod complaints;
mod connecting;
mod drops;
mod kills;
mod listening;
mod pgbouncer;
mod pipelines;
mod pool;
mod portals;
mod promises;
mod queries;
mod relay;
mod runtimes;
mod statements;
mod streams;
#[cfg(feature = "tls")]
mod tls;
mod transactions;
