//! Models of what is promised, with every order of steps that two or more threads may take.
//!
//! ```text
//! RUSTFLAGS="--cfg shuttle" CARGO_TARGET_DIR=target/shuttle \
//!     cargo test --release -p actor-tests --test shuttle
//! ```
//!
//! A model is a small program that uses the real runtime. [shuttle](https://docs.rs/shuttle) runs
//! it many times and decides at every lock and every atomic who goes on. It also notices a caller
//! who waits for ever. Each model has twins that plant a bug in the runtime and have to fail: they
//! show that the model can.
//!
//! `SCHEDULES` sets how many orders each model is run in, twice: 10,000 if nothing is said.
//! A failure prints its seed (`SHUTTLE_RANDOM_SEED` runs it again) and its schedule (for
//! `shuttle::replay`).

#![cfg(shuttle)]
#![expect(unreachable_pub, reason = "nothing is reachable in a test, and `pub` makes a handler")]

mod abort;
mod acknowledged;
mod answer;
mod batch;
mod blocking;
mod end;
mod events;
mod explore;
mod handles;
mod hooks;
mod inline;
mod lease;
mod panic;
mod probe;
mod room;
mod send_from_drop;
mod shutdown;
mod stream;
mod unread;
