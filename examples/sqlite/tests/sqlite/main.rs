//! Integration tests of the database actor and of the two example programs.

mod atomic;
mod backup;
mod batches;
mod boot;
mod columns;
mod crash;
mod dropping;
mod groups;
mod leases;
mod lock;
mod model;
mod panics;
mod programs;
mod schema;
mod shutdown;
mod support;
