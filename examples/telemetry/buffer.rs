//! What is kept: the newest frames, and an account of every frame for each satellite.
//!
//! It is plain data with plain methods. The actor around it adds nothing but its mailbox.
//! Invariants:
//!
//! 1. No more than [`Limits::frames`] are stored, but for emergency frames that come back from a
//!    reader who did not take them, and those that [`Buffer::keep`] is asked to keep.
//! 2. For each satellite, accepted = stored + dropped as oldest + drained.
//! 3. An emergency frame is dropped by nobody, and is drained before every routine one.

use std::{
    collections::{BTreeMap, VecDeque},
    error::Error,
    fmt,
};

use metrics::{Counter, Gauge, counter, gauge};

use super::frame::{Frame, Priority, SatelliteId};

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many frames are stored before the oldest is dropped.
    pub frames: usize,
    /// For how many satellites there is an account.
    pub satellites: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { frames: 1000, satellites: 1024 }
    }
}

/// What became of the frames of one satellite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Frames that came out of the mailbox.
    pub accepted: u64,
    /// Routine frames that made room for newer ones.
    pub dropped_oldest: u64,
    /// Frames that were taken out.
    pub drained: u64,
    /// Frames that are still there.
    pub stored: u64,
    /// How many of them are emergencies.
    pub stored_emergencies: u64,
    /// Sequence numbers that were passed over: their frames never came as far as here.
    pub missing: u64,
    /// Frames whose sequence number did not rise. There should be none.
    pub misordered: u64,
    /// The highest sequence number.
    pub newest: Option<u64>,
    /// Whether an uplink speaks for it.
    pub is_claimed: bool,
}

/// Why a satellite cannot send now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Another uplink speaks for it.
    AlreadyConnected(SatelliteId),
    /// There are accounts for as many satellites as there may be.
    TooManySatellites(usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyConnected(satellite) => {
                write!(f, "satellite {satellite} has another uplink")
            }
            Self::TooManySatellites(limit) => write!(f, "there are {limit} satellites already"),
        }
    }
}

impl Error for Refusal {}

/// What the buffer is doing at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many frames are stored.
    pub depth: usize,
    /// How many of them are emergency frames.
    pub emergencies: usize,
    /// Emergency frames that wait for room, and hold their uplinks back.
    pub held_back: usize,
    /// How many bytes of payload are stored.
    pub bytes: usize,
    /// For how many satellites there is an account.
    pub satellites: usize,
    /// Frames that came out of the mailbox.
    pub accepted: u64,
    /// Sequence numbers that were passed over.
    pub missing: u64,
    /// Routine frames that made room for newer ones.
    pub dropped_oldest: u64,
    /// Frames that were taken out.
    pub drained: u64,
    /// Frames that came without a claim, and were not kept. There should be none.
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
    /// An empty buffer.
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

    /// Opens the account of a satellite for one uplink, and gives its highest sequence number.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub fn claim(&mut self, satellite: SatelliteId) -> Result<Option<u64>, Refusal> {
        if !self.accounts.contains_key(&satellite) && self.accounts.len() >= self.limits.satellites
        {
            return Err(Refusal::TooManySatellites(self.limits.satellites));
        }
        let account = self.accounts.entry(satellite).or_default();
        if account.is_claimed {
            return Err(Refusal::AlreadyConnected(satellite));
        }
        account.is_claimed = true;
        Ok(account.newest)
    }

    /// Lets another uplink claim the satellite.
    pub fn release(&mut self, satellite: SatelliteId) {
        if let Some(account) = self.accounts.get_mut(&satellite) {
            account.is_claimed = false;
        }
    }

    /// Stores a routine frame. At the limit the oldest routine frame makes room: if only emergency
    /// frames are stored, that is the new one itself.
    pub fn push(&mut self, frame: Frame) {
        if !self.accept(&frame) {
            return;
        }
        self.routine.push_back(frame);
        self.drop_oldest();
    }

    /// Stores an emergency frame. At the limit the oldest routine frame makes room.
    ///
    /// # Errors
    ///
    /// The frame, if there is nothing but emergency frames to make room: it has to wait.
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

    /// Takes up to `max` frames out: emergency frames first, and of each kind the oldest first.
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

    /// Takes frames back that were drained and not wanted. They are the oldest again.
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

    /// How many frames are stored.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.emergency.len() + self.routine.len()
    }

    /// Whether an emergency frame could be stored.
    #[must_use]
    pub fn has_room_for_emergency(&self) -> bool {
        self.emergency.len() < self.limits.frames
    }

    /// What there is now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            depth: self.depth(),
            emergencies: self.emergency.len(),
            satellites: self.accounts.len(),
            ..self.stats
        }
    }

    /// How much memory the stored frames take, in bytes, with the room made for more.
    #[must_use]
    pub fn retained_bytes(&self) -> usize {
        let slots = self.emergency.capacity() + self.routine.capacity();
        slots * size_of::<Frame>() + self.stats.bytes
    }

    /// The account of every satellite.
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

    /// Enters a frame into the account of its satellite. Without an account it is not kept, so
    /// that nobody can open accounts by sending.
    fn accept(&mut self, frame: &Frame) -> bool {
        let Some(account) = self.accounts.get_mut(&frame.satellite) else {
            self.stats.strays += 1;
            return false;
        };
        account.accepted += 1;
        // The first frame of a satellite says where its numbers begin.
        let expected = account.newest.map_or(frame.sequence, |newest| newest + 1);
        match frame.sequence.checked_sub(expected) {
            Some(missing) => {
                account.missing += missing;
                self.stats.missing += missing;
                account.newest = Some(frame.sequence);
            }
            None => account.misordered += 1,
        }
        self.stats.accepted += 1;
        self.stats.bytes += frame.payload.len();
        self.meters.accepted.increment(1);
        true
    }

    /// Drops the oldest routine frame, if there are too many.
    fn drop_oldest(&mut self) {
        if self.depth() > self.limits.frames
            && let Some(oldest) = self.routine.pop_front()
        {
            self.stats.bytes -= oldest.payload.len();
            self.stats.dropped_oldest += 1;
            self.account(&oldest).dropped_oldest += 1;
            self.meters.dropped.increment(1);
        }
        self.meters.depth.set(self.depth() as f64);
    }

    fn account(&mut self, frame: &Frame) -> &mut Account {
        self.accounts.entry(frame.satellite).or_default()
    }
}

/// What is told to whoever listens to the `metrics` facade.
#[derive(Debug)]
struct Meters {
    accepted: Counter,
    dropped: Counter,
    drained: Counter,
    depth: Gauge,
}

impl Meters {
    fn new() -> Self {
        Self {
            accepted: counter!("telemetry_frames_accepted_total"),
            dropped: counter!("telemetry_frames_dropped_total", "reason" => "oldest"),
            drained: counter!("telemetry_frames_drained_total"),
            depth: gauge!("telemetry_buffer_depth"),
        }
    }
}
