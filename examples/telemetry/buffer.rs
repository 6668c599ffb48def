//! The frame buffer: the newest frames, and a count of all frames per satellite.
//!
//! The buffer is plain data and knows of no actor. Invariants:
//!
//! 1. At most [`Limits::frames`] frames are stored, except for emergency frames that
//!    [`Buffer::put_back`] returns or [`Buffer::keep`] adds.
//! 2. For each satellite, accepted = stored + dropped as oldest + drained.
//! 3. An accepted emergency frame is never dropped, and is drained before every stored routine frame.

use std::{
    collections::{BTreeMap, VecDeque},
    error::Error,
    fmt,
};

use metrics::{Counter, Gauge, counter, gauge};

use super::frame::{Frame, Priority, SatelliteId};

/// Limits of the buffer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The number of frames to store before the oldest is dropped.
    pub frames: usize,
    /// The maximum number of satellites.
    pub satellites: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { frames: 1000, satellites: 1024 }
    }
}

/// Counts of the frames of one satellite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Frames that were handled by the aggregator.
    pub accepted: u64,
    /// Routine frames that were dropped to make room.
    pub dropped_oldest: u64,
    /// Frames that were drained.
    pub drained: u64,
    /// Frames that are stored.
    pub stored: u64,
    /// Emergency frames that are stored.
    pub stored_emergencies: u64,
    /// Sequence numbers that were skipped, at most `u64::MAX`.
    pub missing: u64,
    /// Frames whose sequence number did not rise. Should be 0.
    pub misordered: u64,
    /// The highest sequence number.
    pub newest: Option<u64>,
    /// Whether an uplink has claimed the satellite.
    pub is_claimed: bool,
}

/// The reason a satellite cannot be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Another uplink has claimed the satellite.
    AlreadyConnected(SatelliteId),
    /// The limit on satellites is reached.
    TooManySatellites(usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyConnected(satellite) => {
                write!(f, "satellite {satellite} has another uplink")
            }
            Self::TooManySatellites(limit) => write!(f, "limit of {limit} satellites reached"),
        }
    }
}

impl Error for Refusal {}

/// Statistics of the buffer at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Frames that are stored.
    pub depth: usize,
    /// Emergency frames that are stored.
    pub emergencies: usize,
    /// Emergency frames that wait for room.
    pub held_back: usize,
    /// Bytes of payload that are stored.
    pub bytes: usize,
    /// Satellites that are known.
    pub satellites: usize,
    /// Frames that were handled by the aggregator.
    pub accepted: u64,
    /// Sequence numbers that were skipped, at most `u64::MAX`.
    pub missing: u64,
    /// Routine frames that were dropped to make room.
    pub dropped_oldest: u64,
    /// Frames that were drained.
    pub drained: u64,
    /// Frames of satellites that were never claimed. They are discarded. Should be 0.
    pub strays: u64,
}

/// The newest frames of all satellites.
#[derive(Debug)]
pub struct Buffer {
    limits: Limits,
    emergency: VecDeque<Frame>,
    routine: VecDeque<Frame>,
    accounts: BTreeMap<SatelliteId, Account>,
    stats: Stats,
    meters: Meters,
}

impl Buffer {
    /// Creates an empty buffer.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            emergency: VecDeque::new(),
            routine: VecDeque::new(),
            accounts: BTreeMap::new(),
            stats: Stats::default(),
            meters: Meters::new(),
        }
    }

    /// Claims a satellite for one uplink and returns the satellite's highest sequence number, if any.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub fn claim(&mut self, satellite: SatelliteId) -> Result<Option<u64>, Refusal> {
        if !self.accounts.contains_key(&satellite) && self.accounts.len() >= self.limits.satellites
        {
            return Err(Refusal::TooManySatellites(self.limits.satellites));
        }
        self.meters.meet(satellite);
        let account = self.accounts.entry(satellite).or_default();
        if account.is_claimed {
            return Err(Refusal::AlreadyConnected(satellite));
        }
        account.is_claimed = true;
        Ok(account.newest)
    }

    /// Releases a satellite, so that another uplink can claim it.
    pub fn release(&mut self, satellite: SatelliteId) {
        if let Some(account) = self.accounts.get_mut(&satellite) {
            account.is_claimed = false;
        }
    }

    /// Stores a routine frame. At the limit the oldest routine frame is dropped, which is the new frame
    /// itself if only emergency frames are stored.
    pub fn push(&mut self, frame: Frame) {
        if !self.accept(&frame) {
            return;
        }
        self.routine.push_back(frame);
        self.drop_oldest();
    }

    /// Stores an emergency frame. At the limit the oldest routine frame is dropped.
    ///
    /// # Errors
    ///
    /// Returns the frame if the buffer is full of emergency frames.
    pub fn push_emergency(&mut self, frame: Frame) -> Result<(), Frame> {
        if self.emergency.len() >= self.limits.frames {
            return Err(frame);
        }
        self.keep(frame);
        self.drop_oldest();
        Ok(())
    }

    /// Stores an emergency frame beyond the limit.
    pub fn keep(&mut self, frame: Frame) {
        if self.accept(&frame) {
            self.emergency.push_back(frame);
        }
    }

    /// Removes up to `max` frames: emergency frames first, and the oldest first within each priority.
    pub fn drain(&mut self, max: usize) -> Vec<Frame> {
        let emergencies = max.min(self.emergency.len());
        let routines = (max - emergencies).min(self.routine.len());
        let mut frames = Vec::with_capacity(emergencies + routines);
        frames.extend(self.emergency.drain(..emergencies));
        frames.extend(self.routine.drain(..routines));
        for frame in &frames {
            self.stats.bytes -= frame.payload.len();
            self.account(frame).drained += 1;
        }
        self.stats.drained += frames.len() as u64;
        self.meters.drained.increment(frames.len() as u64);
        self.meters.depth.set(self.depth() as f64);
        frames
    }

    /// Returns drained frames to the front of the buffer.
    pub fn put_back(&mut self, frames: Vec<Frame>) {
        self.stats.drained -= frames.len() as u64;
        for frame in frames.into_iter().rev() {
            self.stats.bytes += frame.payload.len();
            self.account(&frame).drained -= 1;
            match frame.priority {
                Priority::Emergency => self.emergency.push_front(frame),
                Priority::Routine => self.routine.push_front(frame),
            }
        }
        while self.depth() > self.limits.frames && !self.routine.is_empty() {
            self.drop_oldest();
        }
    }

    /// Returns the number of stored frames.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.emergency.len() + self.routine.len()
    }

    /// Returns `true` if another emergency frame can be stored.
    #[must_use]
    pub fn has_room_for_emergency(&self) -> bool {
        self.emergency.len() < self.limits.frames
    }

    /// Returns the current statistics.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            depth: self.depth(),
            emergencies: self.emergency.len(),
            satellites: self.accounts.len(),
            ..self.stats
        }
    }

    /// Returns the memory that the frames take, in bytes, including spare capacity.
    #[must_use]
    pub fn retained_bytes(&self) -> usize {
        let slots = self.emergency.capacity() + self.routine.capacity();
        slots * size_of::<Frame>() + self.stats.bytes
    }

    /// Returns the account of each satellite.
    #[must_use]
    pub fn accounts(&self) -> BTreeMap<SatelliteId, Account> {
        let mut accounts = self.accounts.clone();
        for frame in self.emergency.iter().chain(&self.routine) {
            let account = accounts.entry(frame.satellite).or_default();
            account.stored += 1;
            account.stored_emergencies += u64::from(frame.priority == Priority::Emergency);
        }
        accounts
    }

    /// Counts a frame. Returns `false` if its satellite has no account: accounts are opened only by `claim`,
    /// where their number is limited.
    fn accept(&mut self, frame: &Frame) -> bool {
        let Some(account) = self.accounts.get_mut(&frame.satellite) else {
            self.stats.strays += 1;
            return false;
        };
        account.accepted += 1;
        // Numbering starts with the first frame of a satellite. The numbers are the satellite's, and may be any.
        match account.newest.map_or(Some(1), |newest| frame.sequence.checked_sub(newest)) {
            None | Some(0) => account.misordered += 1,
            Some(distance) => {
                let missing = distance - 1;
                account.missing = account.missing.saturating_add(missing);
                self.stats.missing = self.stats.missing.saturating_add(missing);
                account.newest = Some(frame.sequence);
            }
        }
        self.stats.accepted += 1;
        self.stats.bytes += frame.payload.len();
        self.meters.accepted.increment(1);
        true
    }

    /// Drops the oldest routine frame if the buffer is over its limit.
    fn drop_oldest(&mut self) {
        if self.depth() > self.limits.frames
            && let Some(oldest) = self.routine.pop_front()
        {
            self.stats.bytes -= oldest.payload.len();
            self.stats.dropped_oldest += 1;
            self.account(&oldest).dropped_oldest += 1;
            self.meters.dropped(oldest.satellite);
        }
        self.meters.depth.set(self.depth() as f64);
    }

    fn account(&mut self, frame: &Frame) -> &mut Account {
        self.accounts.entry(frame.satellite).or_default()
    }
}

/// Metrics for the `metrics` facade.
#[derive(Debug)]
struct Meters {
    accepted: Counter,
    /// One per satellite, whose number is limited.
    dropped: BTreeMap<SatelliteId, Counter>,
    drained: Counter,
    depth: Gauge,
}

impl Meters {
    fn new() -> Self {
        Self {
            accepted: counter!("telemetry_frames_accepted_total"),
            dropped: BTreeMap::new(),
            drained: counter!("telemetry_frames_drained_total"),
            depth: gauge!("telemetry_buffer_depth"),
        }
    }

    /// Adds the metrics of a satellite.
    fn meet(&mut self, satellite: SatelliteId) {
        self.dropped.entry(satellite).or_insert_with(|| {
            let label = satellite.to_string();
            counter!("telemetry_frames_dropped_total", "reason" => "oldest", "satellite" => label)
        });
    }

    fn dropped(&self, satellite: SatelliteId) {
        if let Some(dropped) = self.dropped.get(&satellite) {
            dropped.increment(1);
        }
    }
}
