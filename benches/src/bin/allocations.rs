//! Counts the allocations of contestants.
//!
//! - `allocations ENTRANT` prints the counts of one entrant as JSON.
//! - `allocations --gate` fails if a generated actor exceeds its limits. On one thread the counts are
//!   deterministic, so CI runs this.

use std::{alloc::System, env, process::ExitCode};

use actor_benchmarks::{
    memory::{COUNTING, Memory, OPERATIONS},
    results::{Weight, weight_to_json},
    roster::{Group, ROSTER, entrant},
};
use stats_alloc::StatsAlloc;

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = COUNTING;

fn main() -> ExitCode {
    let argument = env::args().nth(1).unwrap_or_default();
    if argument == "--gate" {
        return gate();
    }
    let weight = entrant(&argument)
        .and_then(|entrant| entrant.memory().map(|memory| Weight { entrant, memory }));
    match weight {
        Some(weight) => {
            println!("{}", weight_to_json(&weight));
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("usage: allocations ENTRANT\n       allocations --gate");
            ExitCode::FAILURE
        }
    }
}

/// Fails if a generated actor exceeds a limit.
fn gate() -> ExitCode {
    if cfg!(debug_assertions) {
        eprintln!("debug builds detect deadlocks, which allocates: use --release");
        return ExitCode::FAILURE;
    }
    let count = |name: &str| {
        let memory = entrant(name).and_then(actor_benchmarks::roster::Entrant::memory);
        memory.expect("generated actors and their references are on the roster, and allocate")
    };
    let mut outcome = ExitCode::SUCCESS;
    for contestant in ROSTER.iter().filter(|entrant| entrant.group == Group::Generated) {
        let (memory, twin) = (count(contestant.name), count(contestant.reference));
        for exceeded in exceeded_limits(contestant.name, &memory, &twin) {
            eprintln!("{}: {exceeded}", contestant.name);
            outcome = ExitCode::FAILURE;
        }
    }
    if outcome == ExitCode::SUCCESS {
        println!(
            "no allocation per inlined call, no more per queued call than the twin, none per cast, no more memory"
        );
    }
    outcome
}

fn exceeded_limits(name: &str, memory: &Memory, twin: &Memory) -> Vec<String> {
    let mut exceeded = Vec::new();
    // The handler allocates the text that it answers with.
    let answers = if name.starts_with("text") { OPERATIONS } else { 0 };
    // An inlined call has its reply immediately and needs no slot.
    let may_allocate = if name.starts_with("queued") { twin.calls } else { answers };
    if memory.calls > may_allocate {
        exceeded.push(format!("{} allocations in {OPERATIONS} calls", memory.calls));
    }
    if memory.waits > twin.waits {
        let waits = memory.waits.unwrap_or_default();
        exceeded.push(format!("{waits} allocations in {OPERATIONS} calls that wait"));
    }
    if let Some(casts) = memory.casts.filter(|casts| *casts > answers) {
        exceeded.push(format!("{casts} allocations in {OPERATIONS} casts"));
    }
    if memory.idle_bytes > twin.idle_bytes {
        exceeded.push(format!("{} bytes when idle", memory.idle_bytes));
    }
    exceeded
}
