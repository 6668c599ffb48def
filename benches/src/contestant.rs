//! What is compared, and with what.
//!
//! To add a contestant, implement [`Contestant`] in a file of its own under `contestants`, and give
//! it a line in [`ROSTER`].

use std::future::Future;

use crate::{
    contestants::{actor::Generated, twin::Twin},
    flavor::Flavor,
    memory::{self, Memory},
    workload::{self, Row},
};

/// A [`Counter`](crate::counter::Counter) behind some way of passing messages.
///
/// A handle that is dropped, and has no clones, ends what is behind it. Errors are panics here: no
/// workload may see one.
pub trait Contestant: 'static {
    /// What a sender holds.
    type Handle: Clone + Send + Sync + 'static;

    /// Starts one, whose mailbox holds `capacity` messages.
    fn spawn(capacity: usize) -> Self::Handle;

    /// Adds `amount` and waits for the total.
    fn call(handle: &Self::Handle, amount: u64) -> impl Future<Output = u64> + Send;

    /// As [`call`](Self::call), by a handler that waits for a turn of the scheduler.
    fn call_yielding(handle: &Self::Handle, amount: u64) -> impl Future<Output = u64> + Send;

    /// Adds `amount`, and waits for room in the mailbox only.
    fn cast(handle: &Self::Handle, amount: u64) -> impl Future<Output = ()> + Send;

    /// Adds `amount` if there is room.
    fn try_cast(handle: &Self::Handle, amount: u64);
}

/// A contestant as it takes part: with a name, and a mailbox of a certain size.
#[derive(Clone, Copy, Debug)]
pub struct Entrant {
    /// As the report and the command line name it.
    pub name: &'static str,
    /// The entrant it is compared with. A reference is compared with itself.
    pub reference: &'static str,
    capacity: usize,
    time: fn(Row, Flavor, usize, u64) -> f64,
    memory: fn(Flavor, usize) -> Memory,
}

impl Entrant {
    const fn new<C: Contestant>(
        name: &'static str,
        reference: &'static str,
        capacity: usize,
    ) -> Self {
        Self { name, reference, capacity, time: workload::run::<C>, memory: memory::measure::<C> }
    }

    /// Whether it is what others are compared with.
    #[must_use]
    pub fn is_reference(&self) -> bool {
        self.name == self.reference
    }

    /// Nanoseconds of CPU time per operation of `row`, over so many operations.
    #[must_use]
    pub fn time(&self, row: Row, flavor: Flavor, operations: u64) -> f64 {
        (self.time)(row, flavor, self.capacity, operations)
    }

    /// What it allocates.
    #[must_use]
    pub fn memory(&self, flavor: Flavor) -> Memory {
        (self.memory)(flavor, self.capacity)
    }
}

/// Everybody who takes part. Each is compared with a twin whose mailbox is as large as its own.
pub const ROSTER: &[Entrant] = &[
    Entrant::new::<Twin>("twin-64", "twin-64", 64),
    Entrant::new::<Generated>("actor-64", "twin-64", 64),
    Entrant::new::<Twin>("twin-1024", "twin-1024", 1024),
    Entrant::new::<Generated>("actor-1024", "twin-1024", 1024),
];

/// The entrant of this name.
#[must_use]
pub fn entrant(name: &str) -> Option<&'static Entrant> {
    ROSTER.iter().find(|entrant| entrant.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_takes_part() {
        for contestant in ROSTER {
            let reference = entrant(contestant.reference).expect("on the roster");
            assert!(reference.is_reference(), "{}", contestant.name);
        }
    }

    #[test]
    fn everybody_loses_no_message() {
        for entrant in ROSTER {
            for row in Row::ALL {
                for flavor in Flavor::ALL {
                    assert!(entrant.time(row, flavor, 128) > 0.0);
                }
            }
        }
    }
}
