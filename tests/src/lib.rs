//! tests of actor-runtime.
