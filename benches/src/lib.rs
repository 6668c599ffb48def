//! Benchmarks of generated actors against hand-written actors, other libraries and locks.
//!
//! A [`contestant`] is a counter behind a way of passing messages, and the [`roster`] lists the entrants. A
//! [`workload`] runs one contestant, checks that no message was lost or duplicated, and returns the time. The
//! [`rounds`] alternate between entrants and compare only measurements of the same round, so that load on the
//! machine affects all of them equally.
//!
//! [`select`] compares the checked `select!` with tokio's. The [`results`] are printed as [`tables`], drawn as a
//! [`chart`] and written to the project's [`documents`].
//!
//! Allocations are counted by a separate binary, `allocations`, because counting takes time.

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

/// Compiles the code in `docs/performance.md`.
#[cfg(doctest)]
#[doc = include_str!("../../docs/performance.md")]
pub struct Performance;
