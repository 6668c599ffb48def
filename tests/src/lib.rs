//! tests of actor-runtime.

pub mod programs;

/// The code of the guide is compiled and run, and what is refused there has to be.
#[cfg(doctest)]
#[doc = include_str!("../../docs/cancel-safety.md")]
mod cancel_safety_guide {}
