//! Adaptive spinning before a thread parks.
//!
//! Parking and waking a thread take several microseconds, for the thread and for its waker. Where the next
//! message comes sooner, it is cheaper to stay awake: the thread yields and checks again. Where other
//! threads need the core, or no message comes, spinning costs more than it saves. So a thread learns from
//! each spin how many of the next ones to skip.

use std::time::{Duration, Instant};

use crate::sync::thread;

/// The length of a spin.
const SPIN_LIMIT: Duration = Duration::from_micros(25);

/// If a yield takes this long, another thread has work for the core.
const BUSY_CORE: Duration = Duration::from_micros(10);

/// The maximum number of spins to skip.
const MAX_SKIPS: u32 = 128;

/// Decides, for one thread, whether to spin before it parks.
pub(crate) struct AdaptiveSpin {
    /// How many of the next spins to skip. `u32::MAX`: all of them.
    skips: u32,
    /// How many were to be skipped after the last spin.
    last_skips: u32,
}

impl AdaptiveSpin {
    pub(crate) fn new() -> Self {
        // On a single core, the waker cannot run while this thread spins.
        let is_multicore = std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
        Self { skips: if is_multicore { 0 } else { u32::MAX }, last_skips: 0 }
    }

    /// Spins until `is_woken` returns `true`, unless this spin is skipped or takes too long. Returns
    /// whether `is_woken` did.
    pub(crate) fn until(&mut self, is_woken: impl Fn() -> bool) -> bool {
        if self.skips == u32::MAX {
            return false;
        }
        if self.skips > 0 {
            self.skips -= 1;
            return false;
        }
        let Spun { is_woken, is_busy } = spin(is_woken);
        self.learn(is_woken, is_busy);
        is_woken
    }

    fn learn(&mut self, is_woken: bool, is_busy: bool) {
        self.last_skips = match (is_woken, is_busy) {
            (_, true) => MAX_SKIPS,
            (true, false) => 0,
            (false, false) => (2 * self.last_skips + 1).min(MAX_SKIPS),
        };
        self.skips = self.last_skips;
    }
}

/// The outcome of a spin.
struct Spun {
    is_woken: bool,
    /// Whether other threads needed the core.
    is_busy: bool,
}

fn spin(is_woken: impl Fn() -> bool) -> Spun {
    let begun = Instant::now();
    let mut before = Duration::ZERO;
    loop {
        thread::yield_now();
        let is_woken = is_woken();
        // Time does not pass in a model, so a spin there is a single check.
        if cfg!(shuttle) {
            return Spun { is_woken, is_busy: false };
        }
        let now = begun.elapsed();
        let is_busy = now - before >= BUSY_CORE;
        if is_woken || is_busy || now >= SPIN_LIMIT {
            return Spun { is_woken, is_busy };
        }
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of spins to skip after each `(is_woken, is_busy)`.
    fn skips_after(spins: &[(bool, bool)]) -> Vec<u32> {
        let mut spin = AdaptiveSpin { skips: 0, last_skips: 0 };
        let skips = |&(is_woken, is_busy): &(bool, bool)| {
            spin.learn(is_woken, is_busy);
            spin.skips
        };
        spins.iter().map(skips).collect()
    }

    #[test]
    fn successful_spin_skips_none() {
        assert_eq!(skips_after(&[(true, false); 3]), [0; 3]);
    }

    #[test]
    fn unsuccessful_spins_double_the_skips() {
        assert_eq!(skips_after(&[(false, false); 9]), [1, 3, 7, 15, 31, 63, 127, 128, 128]);
        assert_eq!(skips_after(&[(false, false), (false, false), (true, false)]), [1, 3, 0]);
    }

    #[test]
    fn busy_core_skips_the_maximum() {
        assert_eq!(skips_after(&[(true, true), (false, true), (true, false)]), [128, 128, 0]);
    }

    #[test]
    fn skipped_spin_does_not_check() {
        let mut spin = AdaptiveSpin { skips: 2, last_skips: 3 };
        assert!(!spin.until(|| panic!("it checked")));
        assert!(!spin.until(|| panic!("it checked")));
        assert_eq!(spin.skips, 0);
    }
}
