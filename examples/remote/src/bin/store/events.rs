//! What happens to the members in a round, from a seed.

use std::{fmt, time::Duration};

use fastrand::Rng;

/// How a member ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With `SIGKILL`.
    Killed,
    /// By itself, after it has answered what has arrived.
    Stopped,
}

/// Something that happens to the members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// When, after the one before.
    pub(crate) after: Duration,
    /// How each of the two members ends, if it does.
    pub(crate) ends: [Option<End>; 2],
    /// How long it is gone.
    pub(crate) gone: Duration,
}

impl Event {
    /// The events of a round. The first one is always a member that is killed.
    pub(crate) fn all(rng: &mut Rng) -> Vec<Self> {
        let mut events: Vec<_> = (0..3).map(|_| Self::any(rng)).collect();
        let (killed, other) = if rng.bool() { (0, 1) } else { (1, 0) };
        events[0].ends[killed] = Some(End::Killed);
        events[0].ends[other] = None;
        events
    }

    /// The events of a round in which members are stopped, one at a time.
    pub(crate) fn stops(rng: &mut Rng) -> Vec<Self> {
        let stop = |member: usize| {
            let mut event = Self::any(rng);
            event.ends = [None; 2];
            event.ends[member] = Some(End::Stopped);
            event
        };
        [0, 1, 0, 1].map(stop).into()
    }

    fn any(rng: &mut Rng) -> Self {
        let mut end = || if rng.u8(..4) == 0 { End::Stopped } else { End::Killed };
        let (first, second) = (end(), end());
        let ends = match rng.u8(..5) {
            0 | 1 => [Some(first), None],
            2 | 3 => [None, Some(second)],
            // Nobody serves the name for a while.
            _ => [Some(first), Some(second)],
        };
        let mut millis = |range| Duration::from_millis(rng.u64(range));
        Self { after: millis(150..700), ends, gone: millis(20..400) }
    }

    /// How many members end so.
    pub(crate) fn count(&self, end: End) -> usize {
        self.ends.iter().filter(|ends| **ends == Some(end)).count()
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = self.ends.iter().enumerate();
        let ends = ends.filter_map(|(member, end)| end.map(|end| format!("{member} {end:?}")));
        write!(f, "{}", ends.collect::<Vec<_>>().join(", "))
    }
}
