//! Compares generated actors with what a person would write by hand, with other libraries, and with locks.
//!
//! A [`contestant`] is a counter behind some message passing, and the [`roster`] says who takes part. A
//! [`workload`] drives one contestant once, checks that no message was lost or doubled, and gives what it
//! took. The [`rounds`] let all contestants take turns, so that what else the machine does falls on all of
//! them alike, and compare only what was measured in the same round.
//!
//! [`select`] does the same for the checked `select!` and tokio's. The [`results`] go into [`tables`], a
//! [`chart`] and the project's [`documents`].
//!
//! `allocations` is a binary of its own, because counting allocations costs time.

pub mod chart;
pub mod clock;
pub mod contestant;
pub mod contestants;
pub mod counter;
pub mod documents;
pub mod flavor;
pub mod machine;
pub mod memory;
pub mod options;
pub mod results;
pub mod roster;
pub mod rounds;
pub mod select;
pub mod statistics;
pub mod tables;
pub mod workload;

/// Compiles what readers copy from the document that explains the figures.
#[cfg(doctest)]
#[doc = include_str!("../../docs/performance.md")]
pub struct Performance;
