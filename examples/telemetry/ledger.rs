//! The conservation law: every frame is counted exactly once.
//!
//! For each satellite,
//!
//! ```text
//! sent = received
//! received = stored + dropped at the mailbox + dropped as oldest + drained
//! emergencies received = emergencies stored + emergencies drained
//! ```
//!
//! Four components count independently: the satellite counts sent frames, its session counts received frames
//! and frames that the mailbox refused, the aggregator counts stored and dropped frames, and the archive counts
//! drained frames. Therefore the law can fail, and is worth checking.

use std::{collections::BTreeMap, fmt};

use super::frame::SatelliteId;

/// The frame counts of one satellite, as counted by each component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Frames that the satellite sent. `None` for captures.
    pub sent: Option<u64>,
    /// Frames that its sessions received.
    pub received: u64,
    /// Frames that the mailbox refused.
    pub dropped_mailbox: u64,
    /// Frames that were dropped to make room for newer ones.
    pub dropped_oldest: u64,
    /// Drained frames, counted by the archive.
    pub drained: u64,
    /// Drained frames, counted by the aggregator.
    pub drained_here: u64,
    /// Frames that are stored in the aggregator.
    pub stored: u64,
    /// Emergency frames that its sessions received.
    pub emergencies: u64,
    /// Emergency frames that are stored or were drained.
    pub emergencies_kept: u64,
    /// Frames whose sequence number did not rise.
    pub misordered: u64,
}

impl Line {
    /// Returns the violations of the law in this line; empty if it holds.
    #[must_use]
    pub fn breaches(&self) -> Vec<String> {
        let mut breaches = Vec::new();
        if let Some(sent) = self.sent
            && sent != self.received
        {
            breaches.push(format!("{sent} sent, but {} received", self.received));
        }
        let accounted = self.stored + self.dropped_mailbox + self.dropped_oldest + self.drained;
        if accounted != self.received {
            breaches.push(format!("{} received, but {accounted} accounted for", self.received));
        }
        if self.drained != self.drained_here {
            breaches.push(format!("{} drained, but {} archived", self.drained_here, self.drained));
        }
        if self.emergencies != self.emergencies_kept {
            let Self { emergencies, emergencies_kept, .. } = self;
            breaches.push(format!("{emergencies} emergencies, but {emergencies_kept} were kept"));
        }
        if self.misordered > 0 {
            breaches.push(format!("{} sequence numbers did not rise", self.misordered));
        }
        breaches
    }

    fn add(&mut self, other: &Self) {
        self.sent = match (self.sent, other.sent) {
            (Some(sent), Some(other)) => Some(sent + other),
            (sent, other) => sent.or(other),
        };
        self.received += other.received;
        self.dropped_mailbox += other.dropped_mailbox;
        self.dropped_oldest += other.dropped_oldest;
        self.drained += other.drained;
        self.drained_here += other.drained_here;
        self.stored += other.stored;
        self.emergencies += other.emergencies;
        self.emergencies_kept += other.emergencies_kept;
        self.misordered += other.misordered;
    }
}

/// The counts of all satellites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    lines: BTreeMap<SatelliteId, Line>,
}

impl Ledger {
    /// Returns the line of a satellite, and adds it if it is missing.
    pub fn line(&mut self, satellite: SatelliteId) -> &mut Line {
        self.lines.entry(satellite).or_default()
    }

    /// Returns all lines, ordered by satellite.
    pub fn lines(&self) -> impl Iterator<Item = (SatelliteId, &Line)> {
        self.lines.iter().map(|(&satellite, line)| (satellite, line))
    }

    /// Returns the sum of all lines.
    #[must_use]
    pub fn total(&self) -> Line {
        let mut total = Line::default();
        self.lines.values().for_each(|line| total.add(line));
        total
    }

    /// Returns all violations of the law, each with its satellite; empty if the law holds.
    #[must_use]
    pub fn breaches(&self) -> Vec<String> {
        let of = |(satellite, line): (SatelliteId, &Line)| {
            let breaches = line.breaches().into_iter();
            breaches.map(move |breach| format!("satellite {satellite}: {breach}"))
        };
        self.lines().flat_map(of).collect()
    }
}

/// Formats a table with one row per satellite, and the total.
impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}  law",
            "satellite", "sent", "received", "urgent", "mailbox", "oldest", "drained", "stored"
        )?;
        for (satellite, line) in self.lines() {
            row(f, &satellite.to_string(), line, line.breaches().is_empty())?;
        }
        // Captures have no `sent`, so the total holds if every line holds.
        row(f, "all", &self.total(), self.breaches().is_empty())
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, line: &Line, holds: bool) -> fmt::Result {
    let sent = line.sent.map_or_else(|| "-".to_owned(), |sent| sent.to_string());
    let law = if holds { "holds" } else { "BROKEN" };
    writeln!(
        f,
        "{name:>9} {sent:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}  {law}",
        line.received,
        line.emergencies,
        line.dropped_mailbox,
        line.dropped_oldest,
        line.drained,
        line.stored
    )
}
