//! Tests of the server that need no other program.

#[path = "../support/mod.rs"]
mod support;

mod backpressure;
mod blocking;
mod cancellation;
mod clients;
mod events;
mod expiry;
mod http;
mod panics;
mod pipelines;
mod process;
mod properties;
mod pubsub;
mod scan;
mod scripts;
mod shutdown;
mod split;
mod units;
