//! Integration tests of the database actor and of the two example programs.

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
