//! Drains the aggregator periodically and counts the frames independently.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

use tokio::time::{MissedTickBehavior, interval};

use super::{
    aggregator::AggregatorHandle,
    frame::{Frame, Priority, SatelliteId},
};

/// How fast frames are drained.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The interval between drains.
    pub every: Duration,
    /// The maximum number of frames per drain.
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

/// Counts of the drained frames.
#[derive(Debug, Default)]
pub struct Archive {
    frames: BTreeMap<(SatelliteId, Priority), Stored>,
    misordered: u64,
}

impl Archive {
    /// Drains frames at this pace until the aggregator stops.
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

    /// Counts frames. Sequence numbers must rise within each satellite and priority, because only emergency
    /// frames overtake routine ones.
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

    /// Returns the number of drained frames of a satellite and priority.
    #[must_use]
    pub fn count(&self, satellite: SatelliteId, priority: Priority) -> u64 {
        self.frames.get(&(satellite, priority)).map_or(0, |stored| stored.count)
    }

    /// Returns the number of drained frames.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.frames.values().map(|stored| stored.count).sum()
    }

    /// Returns the number of frames that were drained out of order, which should be 0.
    #[must_use]
    pub fn misordered(&self) -> u64 {
        self.misordered
    }
}
