//! Looking around for a moment before a thread goes to sleep.
//!
//! To put a thread to sleep and to wake it again takes several microseconds, for the thread and for whoever
//! wakes it. Where the next message comes sooner than that, the thread had better stay awake: it lets others run and
//! looks again. Where others do run, or where nothing comes, this would cost more than it gains. So a thread
//! learns from that, and then sleeps at once the next few times, or the next many.

use std::time::{Duration, Instant};

use crate::sync::thread;

/// How long a thread looks around.
const MOMENT: Duration = Duration::from_micros(25);

/// If it takes so long until the thread runs again, there is other work for its core.
const DEAR: Duration = Duration::from_micros(10);

/// How many times a thread sleeps at once, at the most, before it tries again.
const RESTS: u32 = 128;

/// What a thread has learned.
pub(crate) struct Linger {
    /// How many times it sleeps at once from here on.
    rests: u32,
    /// How many it did after it last looked in vain.
    last: u32,
}

impl Linger {
    /// For a thread that knows nothing yet.
    pub(crate) fn new() -> Self {
        let has_company = std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
        Self { rests: if has_company { 0 } else { u32::MAX }, last: 0 }
    }

    /// Whether it is worth to stay awake: `is_woken` came true within a moment.
    pub(crate) fn until(&mut self, is_woken: impl Fn() -> bool) -> bool {
        if self.rests == u32::MAX {
            return false;
        }
        if self.rests > 0 {
            self.rests -= 1;
            return false;
        }
        let Looked { has_found, is_busy } = look(is_woken);
        self.learn(has_found, is_busy);
        has_found
    }

    fn learn(&mut self, has_found: bool, is_busy: bool) {
        self.last = match (has_found, is_busy) {
            (_, true) => RESTS,
            (true, false) => 0,
            (false, false) => (2 * self.last + 1).min(RESTS),
        };
        self.rests = self.last;
    }
}

/// What came of looking around.
struct Looked {
    has_found: bool,
    /// Others wanted to run.
    is_busy: bool,
}

fn look(is_woken: impl Fn() -> bool) -> Looked {
    let begun = Instant::now();
    let mut before = Duration::ZERO;
    loop {
        thread::yield_now();
        let has_found = is_woken();
        // A model has no time: there, one look is a moment.
        if cfg!(shuttle) {
            return Looked { has_found, is_busy: false };
        }
        let now = begun.elapsed();
        let is_busy = now - before >= DEAR;
        if has_found || is_busy || now >= MOMENT {
            return Looked { has_found, is_busy };
        }
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many times a thread sleeps at once after each of these.
    fn rests_after(looks: &[(bool, bool)]) -> Vec<u32> {
        let mut linger = Linger { rests: 0, last: 0 };
        let rests = |&(has_found, is_busy): &(bool, bool)| {
            linger.learn(has_found, is_busy);
            linger.rests
        };
        looks.iter().map(rests).collect()
    }

    #[test]
    fn a_thread_that_finds_something_looks_again_the_next_time() {
        assert_eq!(rests_after(&[(true, false); 3]), [0; 3]);
    }

    #[test]
    fn a_thread_that_looks_in_vain_looks_ever_more_rarely() {
        assert_eq!(rests_after(&[(false, false); 9]), [1, 3, 7, 15, 31, 63, 127, 128, 128]);
        assert_eq!(rests_after(&[(false, false), (false, false), (true, false)]), [1, 3, 0]);
    }

    #[test]
    fn a_thread_that_others_would_have_run_on_rests() {
        assert_eq!(rests_after(&[(true, true), (false, true), (true, false)]), [128, 128, 0]);
    }

    #[test]
    fn while_it_rests_it_does_not_look() {
        let mut linger = Linger { rests: 2, last: 3 };
        assert!(!linger.until(|| panic!("it looked")));
        assert!(!linger.until(|| panic!("it looked")));
        assert_eq!(linger.rests, 0);
    }
}
