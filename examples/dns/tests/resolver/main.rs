//! The resolver with servers that are closures, on tokio's paused time, and the front with clients on loopback.

mod chaos;
mod complaints;
mod executors;
mod forgery;
mod front;
mod limits;
mod net;
mod search;
mod servers;
mod support;
mod system;
