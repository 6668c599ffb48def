//! Takes frames out of the aggregator, and keeps its own account of what it was given.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

use tokio::time::{MissedTickBehavior, interval};

use super::{
    aggregator::AggregatorHandle,
    frame::{Frame, Priority, SatelliteId},
};

/// How fast frames are taken out.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How often.
    pub every: Duration,
    /// How many each time, at most.
    pub max: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { every: Duration::from_millis(10), max: 32 }
    }
}

/// The frames of one satellite and one priority.
#[derive(Clone, Copy, Debug)]
struct Stored {
    count: u64,
    newest: u64,
}

/// The account of what was taken out.
#[derive(Debug, Default)]
pub struct Archive {
    frames: BTreeMap<(SatelliteId, Priority), Stored>,
    misordered: u64,
}

impl Archive {
    /// Takes frames out at this pace until the aggregator stops.
    pub async fn fill(aggregator: AggregatorHandle, pace: Pace) -> Self {
        let mut archive = Self::default();
        let mut ticks = interval(pace.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match aggregator.drain(pace.max).await {
                Ok(drained) => archive.store(&drained.take()),
                Err(_) => return archive,
            }
        }
    }

    /// Enters frames into the account. Within each satellite and priority, the numbers rise: only
    /// from one priority to the other do frames overtake each other.
    pub fn store(&mut self, frames: &[Frame]) {
        for &Frame { satellite, sequence, priority, .. } in frames {
            match self.frames.entry((satellite, priority)) {
                Entry::Vacant(place) => {
                    place.insert(Stored { count: 1, newest: sequence });
                }
                Entry::Occupied(mut stored) => {
                    let stored = stored.get_mut();
                    stored.count += 1;
                    self.misordered += u64::from(sequence <= stored.newest);
                    stored.newest = sequence;
                }
            }
        }
    }

    /// How many frames of a satellite and a priority were taken out.
    #[must_use]
    pub fn count(&self, satellite: SatelliteId, priority: Priority) -> u64 {
        self.frames.get(&(satellite, priority)).map_or(0, |stored| stored.count)
    }

    /// How many frames were taken out.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.frames.values().map(|stored| stored.count).sum()
    }

    /// How many frames came out of order. There should be none.
    #[must_use]
    pub fn misordered(&self) -> u64 {
        self.misordered
    }
}
