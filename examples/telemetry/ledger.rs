//! The conservation law: no frame is lost without being counted, and none is counted twice.
//!
//! For each satellite,
//!
//! ```text
//! sent = received
//! received = stored + dropped at the mailbox + dropped as oldest + drained
//! emergencies received = emergencies stored + emergencies drained
//! ```
//!
//! Four parties count on their own: the satellite what it sent, its session what it received and
//! what the mailbox refused, the aggregator what it stored and dropped, the archive what it was
//! given. So the law is a check and not an identity.

use std::{collections::BTreeMap, fmt};

use super::frame::SatelliteId;

/// What happened to the frames of one satellite, as each party tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What the satellite says it sent. Nobody knows it of a capture.
    pub sent: Option<u64>,
    /// What its sessions received.
    pub received: u64,
    /// What the mailbox refused.
    pub dropped_mailbox: u64,
    /// What made room for newer frames.
    pub dropped_oldest: u64,
    /// What the archive was given.
    pub drained: u64,
    /// What the aggregator says it gave to the archive.
    pub drained_here: u64,
    /// What the aggregator still has.
    pub stored: u64,
    /// The emergency frames that its sessions received.
    pub emergencies: u64,
    /// The emergency frames that the aggregator still has or the archive was given.
    pub emergencies_kept: u64,
    /// Frames whose sequence number did not rise.
    pub misordered: u64,
}

impl Line {
    /// What this line breaks the law by; empty if it holds.
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
            breaches.push(format!("{} drained, but {} came", self.drained_here, self.drained));
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

/// A line for each satellite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    lines: BTreeMap<SatelliteId, Line>,
}

impl Ledger {
    /// The line of a satellite, which is empty at first.
    pub fn line(&mut self, satellite: SatelliteId) -> &mut Line {
        self.lines.entry(satellite).or_default()
    }

    /// All lines, in the order of the satellites.
    pub fn lines(&self) -> impl Iterator<Item = (SatelliteId, &Line)> {
        self.lines.iter().map(|(&satellite, line)| (satellite, line))
    }

    /// All lines together.
    #[must_use]
    pub fn total(&self) -> Line {
        let mut total = Line::default();
        self.lines.values().for_each(|line| total.add(line));
        total
    }

    /// Every breach of the law, with its satellite; empty if the law holds.
    #[must_use]
    pub fn breaches(&self) -> Vec<String> {
        let of = |(satellite, line): (SatelliteId, &Line)| {
            let breaches = line.breaches().into_iter();
            breaches.map(move |breach| format!("satellite {satellite}: {breach}"))
        };
        self.lines().flat_map(of).collect()
    }
}

/// A table with a line for each satellite, and the total.
impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}  law",
            "satellite", "sent", "received", "emergency", "mailbox", "oldest", "drained", "stored"
        )?;
        for (satellite, line) in self.lines() {
            row(f, &satellite.to_string(), line, line.breaches().is_empty())?;
        }
        // The captures make its columns uneven, so what counts for it is each line.
        row(f, "all", &self.total(), self.breaches().is_empty())
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, line: &Line, holds: bool) -> fmt::Result {
    let sent = line.sent.map_or_else(|| "-".to_owned(), |sent| sent.to_string());
    let law = if holds { "holds" } else { "BROKEN" };
    writeln!(
        f,
        "{name:>9} {sent:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}  {law}",
        line.received,
        line.emergencies,
        line.dropped_mailbox,
        line.dropped_oldest,
        line.drained,
        line.stored
    )
}
