//! Runs random operations with injected faults against real actors, and checks invariants.
//!
//! ```text
//! cargo run --release -p actor-tests --bin soak
//! cargo run --release -p actor-tests --bin soak -- --ops 200000 --seed 7 --mode current
//! ```
//!
//! [`account`] lists the invariants: each message is handled at most once and in the order of its
//! caller, each call completes once with an outcome that matches what happened, accepted messages are
//! handled unless the actor was aborted or panicked, also by one that is restarted, and nothing runs after
//! an exit. [`watchdog`] ends a run that makes no progress, and prints what was in flight.
//!
//! The seed is printed first. With `--mode current`, on one thread with paused time, a seed determines
//! the run and its digest. With `--mode multi`, it determines the operations, but not their order.
//! Without `--mode`, both run.

mod account;
mod callers;
mod lives;
mod options;
mod rng;
mod scopes;
mod subject;
mod tally;
mod threads;
mod watchdog;
mod world;

use std::{
    panic,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use crate::{
    options::{Mode, Options},
    rng::Rng,
    watchdog::Watchdog,
    world::World,
};

/// The number of callers, not counting the tasks that they spawn.
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
    if HAS_FAILED.load(Ordering::SeqCst) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Whether there was a panic other than the injected ones. An actor may have survived it.
static HAS_FAILED: AtomicBool = AtomicBool::new(false);

/// Reports all panics but the injected ones, which begin with [`subject::INJECTED`].
fn keep_expected_panics_quiet() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload_as_str().unwrap_or_default();
        if !text.starts_with(subject::INJECTED) {
            HAS_FAILED.store(true, Ordering::SeqCst);
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
    // All actors have ended. Drops what their tasks still hold.
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
    // Completes the calls that wait for deferred replies.
    world.end().await;
    for caller in left {
        caller.await.expect("a caller never panics");
    }
}
