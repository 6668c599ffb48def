//! Integration tests of the database actor and of the two example programs.

mod atomic;
mod backup;
mod batches;
mod boot;
mod columns;
mod crash;
mod dropping;
mod groups;
mod interrupts;
mod leases;
mod lock;
mod model;
mod panics;
mod pool;
mod pool_beside;
mod pool_rows;
mod pool_shutdown;
mod programs;
mod read_only;
mod results;
mod schema;
mod shutdown;
mod stuck;
mod support;
