//! Models of the promises, run under many schedules of two or more threads.
//!
//! ```text
//! RUSTFLAGS="--cfg shuttle" CARGO_TARGET_DIR=target/shuttle \
//!     cargo test --release -p actor-tests --test shuttle
//! ```
//!
//! A model is a small program that uses the real runtime. [shuttle](https://docs.rs/shuttle) runs
//! it many times, and at every lock and every atomic decides which thread runs next. It also
//! detects callers that wait forever. Each model has twins that seed a bug in the runtime and must
//! fail, to show that the model can find it.
//!
//! `SCHEDULES` sets how many schedules each model is run under, twice; the default is 10,000. A
//! seeded bug is looked for until it is found, under up to twenty times as many. A failure prints
//! its seed (`SHUTTLE_RANDOM_SEED` runs it again) and its schedule (for `shuttle::replay`).

#![cfg(shuttle)]
#![expect(unreachable_pub, reason = "nothing is reachable in a test, and `pub` makes a handler")]

mod abort;
mod acknowledged;
mod answer;
mod answers;
mod batch;
mod blocking;
mod drained;
mod end;
mod events;
mod explore;
mod handles;
mod hooks;
mod inline;
mod inline_callers;
mod lease;
mod panic;
mod probe;
mod restart;
mod ring;
mod room;
mod scope;
mod send_from_drop;
mod shutdown;
mod stream;
mod unread;
mod yielding;
