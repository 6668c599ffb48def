//! The view while it runs: two bars and a line on a terminal, nothing elsewhere. What is logged is
//! printed above them.

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

/// How often the view is drawn.
const EVERY: Duration = Duration::from_millis(100);

/// The place on the terminal.
pub(crate) struct Live(MultiProgress);

impl Live {
    /// Takes the terminal, and the log with it.
    pub(crate) fn start() -> Self {
        let bars = MultiProgress::new();
        // Nothing else in this program logs, so nobody was there before.
        let _ = tracing::subscriber::set_global_default(log(bars.clone()));
        Self(bars)
    }

    /// Draws what the station does, until the watch is dropped.
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

/// A log that is printed above the bars.
fn log(bars: MultiProgress) -> impl tracing::Subscriber + Send + Sync {
    tracing_subscriber::fmt()
        .with_writer(move || Above(bars.clone()))
        .with_target(false)
        .without_time()
        .finish()
}

/// The view, as long as it is wanted.
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
        let bar = style("{prefix:>8} {bar:40} {pos}/{len} {msg}");
        let text = style("{prefix:>8} {msg}");
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
            // A view may be late, but it may not be a burden.
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
        let per_second = (stats.accepted - before.accepted) * 10;
        self.depth.set_position(stats.depth as u64);
        self.depth.set_message(format!(
            "of which {} emergencies, {} held back",
            stats.emergencies, stats.held_back
        ));
        self.frames.set_message(format!(
            "{} accepted ({per_second}/s), {} never came, {} dropped as oldest, {} drained",
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

    /// On a terminal nobody asserts anything, so this is where its templates are read.
    #[test]
    fn the_view_shows_what_there_is() {
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
    fn the_log_goes_above_the_view() {
        let bars = MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden());
        tracing::subscriber::with_default(log(bars), || tracing::warn!("a test of the log"));
    }
}
