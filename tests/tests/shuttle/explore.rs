//! Runs a model under many schedules.

use std::{env, panic};

use shuttle::{
    Config, FailurePersistence, Runner,
    scheduler::{PctScheduler, RandomScheduler, Scheduler},
};

/// How many times the running thread may be preempted where it matters, in the second half of the
/// runs: most bugs need no more.
const DEPTH: usize = 3;

/// How many times a seeded bug is looked for. The rarest is missed by one run in twelve of 20,000
/// schedules.
const ATTEMPTS: usize = 20;

/// Runs `model` under random schedules, and under schedules with few but unlucky preemptions.
pub fn explore(model: fn()) {
    run(model, FailurePersistence::Print);
}

/// Runs `model` with a bug seeded in the runtime until it fails, and panics with what it found.
///
/// Returns if the bug is not found.
pub fn explore_with_bug(bug: &'static str, model: fn()) {
    actor_runtime::seed_bug(Some(bug));
    let found = (0..ATTEMPTS)
        .find_map(|_| panic::catch_unwind(|| run(model, FailurePersistence::None)).err());
    actor_runtime::seed_bug(None);
    if let Some(found) = found {
        panic::resume_unwind(found);
    }
}

fn run(model: fn(), failures: FailurePersistence) {
    let schedules = match env::var("SCHEDULES") {
        Ok(schedules) => schedules.parse().expect("SCHEDULES is a number"),
        Err(_) => 10_000,
    };
    run_with(RandomScheduler::new(schedules), model, failures.clone());
    run_with(PctScheduler::new(DEPTH, schedules), model, failures);
}

fn run_with(scheduler: impl Scheduler + 'static, model: fn(), failures: FailurePersistence) {
    let mut config = Config::new();
    config.failure_persistence = failures;
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(model);
}
