//! A user's crate with the strictest lints, whose links are written with `Self`.
//!
//! `tests/clippy.sh` runs clippy and rustdoc on it: neither may find anything in what the macros generate.

#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    rustdoc::all,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]

mod connection;
mod counter;
mod errands;
mod journal;
mod registry;
mod stack;

actor_runtime::cancel_safe_methods! {
    tokio::sync::Barrier: wait;
}

pub use self::{connection::*, counter::*, errands::*, journal::*, registry::*, stack::*};
