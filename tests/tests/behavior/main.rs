//! The behavior of actors: one module per promise, and one per feature.
//!
//! `docs/promises.md` lists the promises with their tests. Futures are polled by hand and time is
//! paused, so a test never passes or fails by luck.

mod support;

mod promise_11_restarts;
mod promise_1_order;
mod promise_2_every_call_ends;
mod promise_3_started_or_not;
mod promise_4_unread_answers;
mod promise_5_bounded;
mod promise_6_panics;
mod promise_7_shutdown;
mod promise_8_threads;
mod promise_9_leases;
mod reading;
mod rings;

mod acknowledged;
mod always;
mod answers;
mod batch;
mod busy;
mod deadlock;
mod drained;
mod dropping;
mod errors;
mod executors;
mod flatten;
mod gone;
mod hooks;
mod inline;
mod inline_around;
mod inline_callers;
mod inline_end;
mod inline_types;
mod inline_unread;
mod itself;
mod kept_alive;
mod leases;
mod lifecycle;
mod memory;
mod mock;
mod on;
mod on_ends;
mod on_held;
mod on_rings;
mod on_time;
mod on_turns;
mod owned;
mod page;
mod passing_on;
mod put_back;
mod scope;
mod scope_clock;
mod scope_deadline;
mod scope_rings;
mod scope_start;
mod scope_within;
mod sending;
mod starting;
mod stats;
mod streams;
mod threads;
mod watch;
mod yielding;
