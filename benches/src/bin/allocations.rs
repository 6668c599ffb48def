//! Counts what contestants allocate.
//!
//! - `cargo run --release -p actor-benchmarks --bin allocations` prints a table.
//! - `… -- --json` prints the same for programs.
//! - `… -- --gate` also fails if a generated actor allocates more than it promises. On one thread
//!   these counts are the same in every run, so continuous integration asks for this.

use std::{alloc::System, env, process::ExitCode};

use actor_benchmarks::{
    contestant::{ROSTER, entrant},
    flavor::Flavor,
    memory::{COUNTING, Memory, OPERATIONS},
    report::{MEMORIES, memory_json, memory_line},
};
use stats_alloc::StatsAlloc;

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = COUNTING;

fn main() -> ExitCode {
    match env::args().nth(1).as_deref() {
        None => table(),
        Some("--json") => json(),
        Some("--gate") => return gate(),
        Some(_) => {
            eprintln!("usage: allocations [--json | --gate]");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn table() {
    println!("{MEMORIES}");
    for flavor in Flavor::ALL {
        for entrant in ROSTER {
            let memory = memory_json(entrant, flavor, &entrant.memory(flavor));
            println!("{}", memory_line(&memory).expect("it was just made"));
        }
    }
}

fn json() {
    let memories = Flavor::ALL.into_iter().flat_map(|flavor| {
        ROSTER.iter().map(move |entrant| memory_json(entrant, flavor, &entrant.memory(flavor)))
    });
    println!("{}", serde_json::Value::from_iter(memories));
}

/// Fails if a contestant that is not a reference breaks a rule.
fn gate() -> ExitCode {
    if cfg!(debug_assertions) {
        eprintln!("debug builds look for rings of waiting actors, which allocates: use --release");
        return ExitCode::FAILURE;
    }
    let flavor = Flavor::CurrentThread;
    let mut outcome = ExitCode::SUCCESS;
    for contestant in ROSTER.iter().filter(|entrant| !entrant.is_reference()) {
        let reference = entrant(contestant.reference).expect("every reference is on the roster");
        for broken in broken_rules(&contestant.memory(flavor), &reference.memory(flavor)) {
            eprintln!("{}: {broken}", contestant.name);
            outcome = ExitCode::FAILURE;
        }
    }
    if outcome == ExitCode::SUCCESS {
        println!("one allocation per call, none per cast, no more memory than the twin");
    }
    outcome
}

fn broken_rules(memory: &Memory, twin: &Memory) -> Vec<String> {
    let mut broken = Vec::new();
    if memory.calls > twin.calls {
        broken.push(format!("{} allocations in {OPERATIONS} calls", memory.calls));
    }
    if memory.casts > 0 {
        broken.push(format!("{} allocations in {OPERATIONS} casts", memory.casts));
    }
    if memory.idle_bytes > twin.idle_bytes {
        broken.push(format!("{} bytes when idle", memory.idle_bytes));
    }
    broken
}
