//! The macros of `actor-runtime`, which re-exports them.
