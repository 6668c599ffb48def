//! Tests of actor-runtime.

pub mod programs;

/// Compiles and runs the code of the guide, and checks that what it shows as refused is refused.
#[cfg(doctest)]
#[doc = include_str!("../../docs/cancel-safety.md")]
mod cancel_safety_guide {}
