//! The resolver with servers that are closures, on tokio's paused time.

mod complaints;
mod executors;
mod forgery;
mod net;
mod search;
mod servers;
mod support;
