//! The generated actor against a hand-written twin: the same buffer behind `mpsc` and `oneshot`.
//!
//! Run with `cargo bench -p actor-examples --features measure`. What is measured is the CPU time of
//! the process for each operation; the ratio is the median of the ratios of neighbouring rounds,
//! so that a busy machine slows both. It measures, and judges nothing.

mod twin;

use std::{future::Future, time::Duration};

use actor_examples::telemetry::{
    Aggregator, AggregatorHandle, Frame, Limits, Priority, aggregator::Claim,
};
use rustix::time::{ClockId, clock_gettime};
use tokio::{runtime::Runtime, task::JoinSet};

use crate::twin::TwinHandle;

const ROUNDS: usize = 15;
const SATELLITES: u32 = 48;
const FRAMES: u64 = 1_000;
const QUESTIONS: u64 = 20_000;

/// What both have, so that each workload is written once. The futures have to be `Send`.
trait Contestant: Clone + Send + Sync + 'static {
    fn push(&self, frame: Frame) -> impl Future<Output = bool> + Send;
    fn try_push(&self, frame: Frame) -> bool;
    fn report(&self, frame: Frame) -> impl Future<Output = bool> + Send;
    fn depth(&self) -> impl Future<Output = usize> + Send;
    fn drain(&self, max: usize) -> impl Future<Output = Vec<Frame>> + Send;
}

impl Contestant for AggregatorHandle {
    async fn push(&self, frame: Frame) -> bool {
        self.push(frame).cast().await.is_ok()
    }

    fn try_push(&self, frame: Frame) -> bool {
        self.push(frame).try_cast().is_ok()
    }

    async fn report(&self, frame: Frame) -> bool {
        self.report(frame).await.is_ok()
    }

    async fn depth(&self) -> usize {
        self.depth().await.unwrap_or_default()
    }

    async fn drain(&self, max: usize) -> Vec<Frame> {
        self.drain(max).await.map(|drained| drained.take()).unwrap_or_default()
    }
}

impl Contestant for TwinHandle {
    async fn push(&self, frame: Frame) -> bool {
        self.push(frame).await.is_ok()
    }

    fn try_push(&self, frame: Frame) -> bool {
        self.try_push(frame).is_ok()
    }

    async fn report(&self, frame: Frame) -> bool {
        self.report(frame).await.is_ok()
    }

    async fn depth(&self) -> usize {
        self.depth().await.unwrap_or_default()
    }

    async fn drain(&self, max: usize) -> Vec<Frame> {
        self.drain(max).await.unwrap_or_default()
    }
}

#[derive(Clone, Copy)]
enum Workload {
    /// 48 uplinks wait for room with each frame.
    Push,
    /// 48 uplinks forward bursts of 32 or drop them.
    ForwardOrDrop,
    /// 48 uplinks wait until each frame is stored, and somebody drains.
    Report,
    /// One asks again and again.
    Depth,
    /// One takes frames out while one pushes.
    Drain,
}

impl Workload {
    const ALL: [(Self, &str); 5] = [
        (Self::Push, "push, cast and wait for room"),
        (Self::ForwardOrDrop, "push, forward or drop"),
        (Self::Report, "report, wait until stored"),
        (Self::Depth, "depth, one caller"),
        (Self::Drain, "push 100 and drain 100"),
    ];

    /// Runs once, and gives the number of operations.
    async fn run<C: Contestant>(self, contestant: C) -> u64 {
        match self {
            Self::Push => {
                fleet(contestant, |contestant, frame| async move {
                    assert!(contestant.push(frame).await);
                })
                .await
            }
            Self::Report => {
                fleet(contestant, |contestant, frame| async move {
                    let is_tenth = frame.sequence.is_multiple_of(10);
                    assert!(contestant.report(frame).await);
                    if is_tenth {
                        contestant.drain(usize::MAX).await;
                    }
                })
                .await
            }
            Self::ForwardOrDrop => {
                fleet(contestant, |contestant, frame| async move {
                    let is_last = frame.sequence % 32 == 31;
                    contestant.try_push(frame);
                    if is_last {
                        tokio::task::yield_now().await;
                    }
                })
                .await
            }
            Self::Depth => {
                for _ in 0..QUESTIONS {
                    contestant.depth().await;
                }
                QUESTIONS
            }
            Self::Drain => {
                for batch in 0..QUESTIONS / 100 {
                    for sequence in batch * 100..batch * 100 + 100 {
                        assert!(contestant.push(frame(1, sequence, Priority::Routine)).await);
                    }
                    assert_eq!(contestant.drain(100).await.len(), 100);
                }
                QUESTIONS
            }
        }
    }
}

async fn fleet<C, F>(contestant: C, send: impl Fn(C, Frame) -> F + Copy + Send + 'static) -> u64
where
    C: Contestant,
    F: Future<Output = ()> + Send,
{
    let mut uplinks = JoinSet::new();
    for satellite in 1..=SATELLITES {
        let contestant = contestant.clone();
        uplinks.spawn(async move {
            for sequence in 0..FRAMES {
                let frame = frame(satellite, sequence, Priority::Routine);
                send(contestant.clone(), frame).await;
            }
        });
    }
    uplinks.join_all().await;
    // The last of what was cast is handled before this is answered.
    contestant.depth().await;
    u64::from(SATELLITES) * FRAMES
}

fn frame(satellite: u32, sequence: u64, priority: Priority) -> Frame {
    Frame { satellite, sequence, priority, payload: Box::new([0; 64]) }
}

async fn actor() -> (AggregatorHandle, Vec<Claim>) {
    let aggregator = actor_runtime::spawn(Aggregator::new(Limits::default()));
    let mut claims = Vec::new();
    for satellite in 1..=SATELLITES {
        claims.extend(aggregator.claim(satellite).await.into_iter().flatten());
    }
    (aggregator, claims)
}

/// CPU nanoseconds for each operation.
fn measure(runtime: &Runtime, run: impl Future<Output = u64>) -> f64 {
    let before = cpu_time();
    let operations = runtime.block_on(run);
    (cpu_time() - before).as_nanos() as f64 / operations as f64
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let (seconds, nanos) = (time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs());
    Duration::from_secs(seconds) + Duration::from_nanos(nanos)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn compare(runtime: &Runtime, workload: Workload) -> (f64, f64, f64) {
    let (mut actors, mut twins, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // The first round warms up. Who begins takes turns.
    for round in 0..=ROUNDS {
        let one = || {
            let (aggregator, claims) = runtime.block_on(actor());
            let time = measure(runtime, workload.run(aggregator));
            drop(claims);
            time
        };
        let other = || {
            let twin = runtime.block_on(async { TwinHandle::spawn(128, 1..=SATELLITES) });
            measure(runtime, workload.run(twin))
        };
        let (actor, twin) = if round % 2 == 0 {
            (one(), other())
        } else {
            let twin = other();
            (one(), twin)
        };
        if round > 0 {
            actors.push(actor);
            twins.push(twin);
            ratios.push(actor / twin);
        }
    }
    (median(actors), median(twins), median(ratios))
}

fn main() {
    let runtimes = [
        ("one thread", tokio::runtime::Builder::new_current_thread().build()),
        ("two workers", tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()),
    ];
    println!("CPU time for each operation, medians of {ROUNDS} rounds");
    println!("{:12} {:30} {:>9} {:>9} {:>7}", "runtime", "workload", "actor", "twin", "ratio");
    for (name, runtime) in runtimes {
        let runtime = runtime.expect("the system gives a runtime");
        for (workload, what) in Workload::ALL {
            let (actor, twin, ratio) = compare(&runtime, workload);
            println!("{name:12} {what:30} {actor:>6.0} ns {twin:>6.0} ns {ratio:>7.2}");
        }
    }
}
