//! Comparison with Redis 7, run by `acceptance.sh`.
//!
//! Without `redis-server`, each test prints that it was skipped, and passes.

#[path = "../support/mod.rs"]
mod support;

mod differential;
mod redis;
mod scripts;
