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
        let above = bars.clone();
        tracing_subscriber::fmt()
            .with_writer(move || Above(above.clone()))
            .with_ansi(io::stderr().is_terminal())
            .with_target(false)
            .without_time()
            .init();
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
        Some(Watch { task: tokio::spawn(view.draw(aggregator, gateway)), bars: self.0.clone() })
    }
}

/// The view, as long as it is wanted.
pub(crate) struct Watch {
    task: JoinHandle<()>,
    bars: MultiProgress,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
        // A terminal that is gone has nothing to clear.
        let _ = self.bars.clear();
    }
}

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
