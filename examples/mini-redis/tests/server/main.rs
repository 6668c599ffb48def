//! The server, from outside and from inside, without any other program.

#[path = "../support/mod.rs"]
mod support;

mod clients;
mod expiry;
mod giving_up;
mod parts;
mod process;
mod properties;
mod scans;
mod scripts;
mod shutdown;
mod slow;
mod split;
