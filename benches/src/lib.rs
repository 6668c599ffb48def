//! benches of actor-runtime.
