//! Actors in places, and with names, that could break generated code.
//!
//! Each compiles without a warning and replies. What `#[actor]` refuses is in `tests/ui`.

#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    clippy::pedantic
)]
#![allow(
    unnameable_test_items,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    clippy::needless_pass_by_value,
    reason = "the handlers are there for their signatures"
)]

mod attributes;
mod events;
mod names;
mod panics;
mod places;
mod prelude;
mod types;
mod visibility;
