//! Runs random operations with injected faults against real actors, and keeps accounts.
//!
//! ```text
//! cargo run --release -p actor-tests --bin soak
//! cargo run --release -p actor-tests --bin soak -- --ops 200000 --seed 7 --mode current
//! ```
//!
//! What it holds every run to is in [`account`]: each message is handled at most once and in the
//! order of its caller, each call ends once and with an outcome that fits what happened, what was
//! accepted is handled unless the actor was cut off, and nothing runs on after an end. Nothing may
//! hang: [`watchdog`] ends a run that makes no progress and says what was in flight.
//!
//! The seed is printed first. With `--mode current` there is one thread and time is paused, so one
//! seed is one run, and prints the same digest each time. With `--mode multi` the seed settles what
//! is tried, and the machine in which order. Without `--mode`, both run.

mod account;
mod callers;
mod lives;
mod options;
mod rng;
mod subject;
mod tally;
mod threads;
mod watchdog;
mod world;

use std::{panic, process::ExitCode, sync::Arc, time::Instant};

use crate::{
    options::{Mode, Options},
    rng::Rng,
    watchdog::Watchdog,
    world::World,
};

/// How many callers there are at any time, besides those they start.
const CALLERS: u32 = 8;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n{}", options::USAGE);
            return ExitCode::FAILURE;
        }
    };
    keep_expected_panics_quiet();
    for &mode in options.modes() {
        println!("soak: --seed {} --ops {} --mode {mode}", options.seed, options.ops);
        let begun = Instant::now();
        let digest = run(mode, options.seed, options.ops);
        println!("digest {digest:016x}, after {:.1} s\n", begun.elapsed().as_secs_f64());
    }
    ExitCode::SUCCESS
}

/// Panics that are injected say so; all others are worth a line.
fn keep_expected_panics_quiet() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload_as_str().unwrap_or_default();
        if !text.starts_with(subject::INJECTED) {
            report(info);
        }
    }));
}

fn run(mode: Mode, seed: u64, ops: u64) -> u64 {
    let runtime = match mode {
        Mode::Current => {
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()
        }
        Mode::Multi => {
            tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build()
        }
    };
    let runtime = runtime.expect("a runtime can be built");
    let world = World::new(mode, ops);
    let watchdog = Watchdog::watch(world.clone(), format!("--seed {seed} --ops {ops}"));
    runtime.block_on(soak(world.clone(), seed, ops));
    watchdog.stop();
    // Whatever is still there was asked to end, and has.
    drop(runtime);
    world.ledger.settle();
    world.ledger.tally.print();
    world.ledger.tally.assert_complete(mode, ops);
    world.ledger.digest()
}

async fn soak(world: Arc<World>, seed: u64, ops: u64) {
    world.populate(&mut Rng::new(seed)).await;
    let mut callers = Vec::new();
    for number in 0..CALLERS {
        let world = world.clone();
        let rng = Rng::new(seed ^ u64::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let share = ops / u64::from(CALLERS);
        callers.push(tokio::spawn(callers::work(world, rng, number, share)));
    }
    let mut left = Vec::new();
    for caller in callers {
        left.extend(caller.await.expect("a caller never panics"));
    }
    // Those who wait for a deferred answer get one, or learn that there will be none.
    world.end().await;
    for caller in left {
        caller.await.expect("a caller never panics");
    }
}
