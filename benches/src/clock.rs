//! Process CPU time: what all threads of this process have computed, whatever else the machine did.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The CPU time this process has used so far.
fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(now.tv_sec).expect("a clock that starts at zero");
    let nanos = u64::try_from(now.tv_nsec).expect("a clock that starts at zero");
    Duration::from_secs(seconds) + Duration::from_nanos(nanos)
}

/// Counts CPU time from when it was started.
#[derive(Debug)]
pub struct CpuTimer(Duration);

impl CpuTimer {
    /// Starts counting.
    #[must_use]
    pub fn start() -> Self {
        Self(cpu_time())
    }

    /// Nanoseconds of CPU time per operation, of which there were `operations`.
    #[expect(clippy::cast_precision_loss, reason = "nobody runs 2^52 operations")]
    #[must_use]
    pub fn per_operation(&self, operations: u64) -> f64 {
        (cpu_time() - self.0).as_secs_f64() * 1e9 / operations as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_what_is_computed() {
        let timer = CpuTimer::start();
        let mut sum = 0_u64;
        while timer.per_operation(1) < 100_000.0 {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(timer.per_operation(1) > timer.per_operation(10));
    }
}
