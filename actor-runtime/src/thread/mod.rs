//! State and behavior of a thread: the actor it runs, the wake-ups it holds, and how it blocks.
//!
//! Modules in this folder know actors only by their ids, and no messages.

pub(crate) mod alarm;
pub mod batch;
pub(crate) mod block_on;
pub(crate) mod budget;
pub(crate) mod current;
pub(crate) mod delay;
pub(crate) mod home;
pub(crate) mod limit;
pub(crate) mod reading;
pub(crate) mod ring;
pub(crate) mod spin;
pub(crate) mod waker;
pub(crate) mod worker;
