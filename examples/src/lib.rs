//! examples of actor-runtime.
