//! Tests against a real server. They are skipped with a message if PostgreSQL is not installed, or fail with
//! `NO_SKIP=1`.

mod support;

mod cancelling;
mod connecting;
mod listening;
mod pipelines;
mod queries;
mod statements;
mod streams;
mod transactions;
