//! Examples of actor-runtime: each is a file under `examples/`, or a folder with its own README.
//!
//! What the larger ones are made of is in this library, so that their programs, tests and
//! benchmarks share it.

pub mod telemetry;
