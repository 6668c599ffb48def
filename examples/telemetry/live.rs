//! The progress display: three status lines on a terminal, with the log above them. If standard error is not a
//! terminal, only the log is written.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use actor_examples::telemetry::{
    AggregatorHandle,
    buffer::Stats,
    gateway::{GatewayHandle, Traffic},
};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

/// The refresh interval.
const EVERY: Duration = Duration::from_millis(100);

/// The progress display.
pub(crate) struct Live(MultiProgress);

impl Live {
    /// Creates the display and installs the global log subscriber.
    pub(crate) fn start() -> Self {
        let bars = MultiProgress::new();
        // This is the only subscriber that the program installs, so this does not fail.
        let _ = tracing::subscriber::set_global_default(log(bars.clone()));
        Self(bars)
    }

    /// Shows the state of the station until the returned `Watch` is dropped. Returns `None` without a terminal.
    pub(crate) fn watch(
        &self,
        aggregator: AggregatorHandle,
        gateway: GatewayHandle,
        limit: usize,
    ) -> Option<Watch> {
        if !io::stderr().is_terminal() {
            return None;
        }
        let view = View::new(&self.0, limit);
        let task = tokio::spawn(view.clone().draw(aggregator, gateway));
        Some(Watch { task, view })
    }
}

/// Returns a log subscriber that prints above the bars.
fn log(bars: MultiProgress) -> impl tracing::Subscriber + Send + Sync {
    tracing_subscriber::fmt()
        .with_writer(move || Above(bars.clone()))
        .with_target(false)
        .without_time()
        // A log that cannot be written is not worth a message that cannot be written either.
        .log_internal_errors(false)
        .finish()
}

/// Stops the display when dropped.
pub(crate) struct Watch {
    task: JoinHandle<()>,
    view: View,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
        let View { depth, frames, uplinks } = &self.view;
        [depth, frames, uplinks].into_iter().for_each(ProgressBar::finish_and_clear);
    }
}

#[derive(Clone)]
struct View {
    depth: ProgressBar,
    frames: ProgressBar,
    uplinks: ProgressBar,
}

impl View {
    fn new(bars: &MultiProgress, limit: usize) -> Self {
        let style = |template| ProgressStyle::with_template(template).expect("a valid template");
        let bar = style("{prefix:>8} {bar:20} {pos}/{len} {wide_msg}");
        let text = style("{prefix:>8} {wide_msg}");
        let depth = bars.add(ProgressBar::new(limit as u64)).with_style(bar).with_prefix("stored");
        let frames =
            bars.add(ProgressBar::no_length()).with_style(text.clone()).with_prefix("frames");
        let uplinks = bars.add(ProgressBar::no_length()).with_style(text).with_prefix("sessions");
        Self { depth, frames, uplinks }
    }

    async fn draw(self, aggregator: AggregatorHandle, gateway: GatewayHandle) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut before = Stats::default();
        loop {
            ticks.tick().await;
            // The timeout skips an update when the actors are busy.
            let (Ok(stats), Ok(traffic)) =
                (aggregator.stats().timeout(EVERY).await, gateway.traffic().timeout(EVERY).await)
            else {
                continue;
            };
            self.show(&stats, &before, traffic);
            before = stats;
        }
    }

    fn show(&self, stats: &Stats, before: &Stats, traffic: Traffic) {
        let per_second = stats.accepted.saturating_sub(before.accepted) * 10;
        self.depth.set_position(stats.depth as u64);
        self.depth.set_message(format!(
            "of which {} emergencies, {} held back",
            stats.emergencies, stats.held_back
        ));
        self.frames.set_message(format!(
            "{} accepted ({per_second}/s), {} missing, {} dropped as oldest, {} drained",
            stats.accepted, stats.missing, stats.dropped_oldest, stats.drained
        ));
        self.uplinks.set_message(format!(
            "{} open, {} ended, {} failed",
            traffic.open, traffic.ended, traffic.failed
        ));
    }
}

/// Writes above the bars.
struct Above(MultiProgress);

impl Write for Above {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creating the view also checks its templates.
    #[test]
    fn the_view_shows_statistics() {
        let bars = MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden());
        let view = View::new(&bars, 1000);
        let stats = Stats { depth: 7, accepted: 20, ..Stats::default() };
        let before = Stats { accepted: 10, ..Stats::default() };
        view.show(&stats, &before, Traffic { open: 3, ..Traffic::default() });
        assert_eq!(view.depth.position(), 7);
        assert!(view.frames.message().starts_with("20 accepted (100/s)"));
        assert!(view.uplinks.message().starts_with("3 open"));
    }

    #[test]
    fn the_log_can_be_written_while_the_view_exists() {
        let bars = MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden());
        tracing::subscriber::with_default(log(bars), || tracing::warn!("test message"));
    }
}
