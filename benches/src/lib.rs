//! Compares generated actors with what a person would write by hand.
//!
//! A [`contestant`] is a counter behind some message passing. A [`workload`] drives one contestant
//! once, checks that no message was lost or doubled, and gives what it took. The [`rounds`] let all
//! contestants take turns, so that what else the machine does falls on all of them alike, and the
//! [`report`] compares only what was measured in the same round.
//!
//! `allocations` is a binary of its own, because counting allocations costs time.

pub mod clock;
pub mod contestant;
pub mod contestants;
pub mod counter;
pub mod flavor;
pub mod memory;
pub mod options;
pub mod report;
pub mod rounds;
pub mod statistics;
pub mod workload;
