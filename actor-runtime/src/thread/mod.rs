//! What a thread is doing: which actor it runs, what it holds back, and how it waits.
//!
//! Nothing here knows what a message or an actor is.

pub mod batch;
pub(crate) mod block_on;
pub(crate) mod current;
pub(crate) mod home;
pub(crate) mod ring;
pub(crate) mod spin;
