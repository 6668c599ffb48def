//! Actors from a struct and an impl.
