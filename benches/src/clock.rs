//! Process CPU time: the sum over all threads of this process, without other processes.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Returns the CPU time used by this process.
fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(now.tv_sec).expect("a clock that starts at zero");
    let nanos = u64::try_from(now.tv_nsec).expect("a clock that starts at zero");
    Duration::from_secs(seconds) + Duration::from_nanos(nanos)
}

/// Measures the CPU time since it was started.
#[derive(Debug)]
pub struct CpuTimer(Duration);

impl CpuTimer {
    /// Starts a timer.
    #[must_use]
    pub fn start() -> Self {
        Self(cpu_time())
    }

    /// Returns the CPU time per operation, in nanoseconds.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^52 operations")]
    #[must_use]
    pub fn per_operation(&self, operations: u64) -> f64 {
        (cpu_time() - self.0).as_secs_f64() * 1e9 / operations as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timer_measures_cpu_time() {
        let timer = CpuTimer::start();
        let mut sum = 0_u64;
        while timer.per_operation(1) < 100_000.0 {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(timer.per_operation(1) > timer.per_operation(10));
    }
}
