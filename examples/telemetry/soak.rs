//! Checks that the memory of the process does not grow during a soak run.

use std::{fs, io, time::Duration};

use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use crate::say;

/// The sampling interval.
const EVERY: Duration = Duration::from_millis(250);

/// The allowed difference between the medians of the two halves, in KiB. It covers noise of the allocator.
const SLACK: u64 = 2048;

/// Samples the resident memory of the process.
pub(crate) struct Watch {
    stop: oneshot::Sender<()>,
    samples: JoinHandle<Vec<u64>>,
}

impl Watch {
    /// Starts sampling. The first quarter of `duration` is ignored as warm-up.
    pub(crate) fn start(duration: Duration) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, samples: tokio::spawn(sample(duration / 4, stopped)) }
    }

    /// Prints the result. Returns `true` if memory did not grow, or if it could not be sampled.
    pub(crate) async fn report(self) -> io::Result<bool> {
        // The receiver exists until it gets this signal.
        let _ = self.stop.send(());
        let samples = self.samples.await.unwrap_or_default();
        let (first, second) = samples.split_at(samples.len() / 2);
        let (Some(first), Some(second)) = (median(first), median(second)) else {
            say("memory: not measured, /proc/self/status is not available")?;
            return Ok(true);
        };
        let is_flat = second <= first + SLACK;
        let verdict = if is_flat { "flat" } else { "GROWING" };
        say(format_args!(
            "memory: {verdict}, {} samples from {} to {} KiB, medians {first} and {second} KiB",
            samples.len(),
            samples.iter().min().unwrap_or(&0),
            samples.iter().max().unwrap_or(&0),
        ))?;
        Ok(is_flat)
    }
}

async fn sample(warm_up: Duration, mut stopped: oneshot::Receiver<()>) -> Vec<u64> {
    let mut samples = Vec::new();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let begin = tokio::time::Instant::now() + warm_up;
    loop {
        tokio::select! {
            _ = &mut stopped => return samples,
            now = ticks.tick() => {
                if now >= begin {
                    samples.extend(resident());
                }
            }
        }
    }
}

/// Returns the resident memory of this process, in KiB.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn median(samples: &[u64]) -> Option<u64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}
