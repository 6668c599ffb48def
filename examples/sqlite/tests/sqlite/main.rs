//! What the database promises, and the two programs on it.

mod batches;
mod boot;
mod crash;
mod dropping;
mod groups;
mod leases;
mod lock;
mod model;
mod panics;
mod programs;
mod shutdown;
mod support;
