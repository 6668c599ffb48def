//! Measures inserts and selects through five ways to share one connection, and on the connection itself.
//!
//! ```console
//! $ cargo run --release --manifest-path examples/sqlite/bench/Cargo.toml
//! ```
//!
//! Contestants alternate: in each round every contestant does the same work once, in a different order each
//! time. A ratio is the median of the ratios within the same round, so that load on the machine affects both
//! sides.

mod actor;
mod contestant;
mod peer;
mod plain;
mod report;
mod twin;

use std::{env, path::Path, process::ExitCode};

use sqlite_actor::GroupCommit;
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    contestant::{Contestant, ROWS, Workload},
    report::{Cell, Table},
};

const CALLERS: [u64; 3] = [1, 16, 64];
const NAMES: [&str; 6] =
    ["plain", "tokio-rusqlite", "twin", "ours, unbatched", "ours", "ours, grouped"];
/// The maximum number of requests in a batch.
const BATCH: usize = 64;

fn main() -> ExitCode {
    let Some((rounds, operations)) = options() else {
        eprintln!("usage: sqlite-actor-bench [--rounds N] [--operations N]");
        return ExitCode::from(2);
    };
    let runtime = Runtime::new().expect("a runtime");
    println!(
        "{operations} operations a round, {rounds} rounds, SQLite {}, {} cores\n",
        rusqlite::version(),
        std::thread::available_parallelism().map_or(0, usize::from),
    );
    for workload in [Workload::Insert, Workload::Select] {
        // New files for each workload: the state in which inserts leave the write-ahead log changes the speed of
        // selects by up to a half.
        let directory = tempfile::tempdir().expect("a directory for the databases");
        let contestants = runtime.block_on(all(directory.path()));
        for callers in CALLERS {
            let mut table = Table::new(workload, callers, NAMES);
            for round in 0..rounds {
                table.add(round_of(&runtime, &contestants, workload, callers, operations, round));
            }
            println!("{table}");
        }
    }
    ExitCode::SUCCESS
}

fn options() -> Option<(usize, u64)> {
    let (mut rounds, mut operations) = (15, 6_400);
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rounds" => rounds = words.next()?.parse().ok()?,
            "--operations" => operations = words.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some((rounds, operations))
}

/// The contestants.
struct All {
    plain: plain::Plain,
    peer: peer::Peer,
    twin: twin::TwinHandle,
    unbatched: actor::LedgerHandle,
    ours: actor::LedgerHandle,
    grouped: actor::LedgerHandle,
}

async fn all(directory: &Path) -> All {
    let file = |name: &str| directory.join(name);
    All {
        plain: plain::Plain::open(&file("plain.db")),
        peer: peer::Peer::open(&file("peer.db")).await,
        twin: twin::open(&file("twin.db")),
        unbatched: actor::open(file("unbatched.db"), 0, None).await,
        ours: actor::open(file("ours.db"), BATCH, None).await,
        grouped: actor::open(file("grouped.db"), BATCH, Some(GroupCommit::default())).await,
    }
}

fn round_of(
    runtime: &Runtime,
    all: &All,
    workload: Workload,
    callers: u64,
    operations: u64,
    round: usize,
) -> [Cell; NAMES.len()] {
    let mut cells = [Cell::default(); NAMES.len()];
    for turn in 0..NAMES.len() {
        let index = (turn + round) % NAMES.len();
        cells[index] = Cell::measure(operations, || match index {
            0 => all.plain.run(workload, operations),
            1 => runtime.block_on(drive(&all.peer, workload, callers, operations)),
            2 => runtime.block_on(drive(&all.twin, workload, callers, operations)),
            3 => runtime.block_on(drive(&all.unbatched, workload, callers, operations)),
            4 => runtime.block_on(drive(&all.ours, workload, callers, operations)),
            _ => runtime.block_on(drive(&all.grouped, workload, callers, operations)),
        });
    }
    cells
}

/// Divides the operations among callers, each of which waits for every reply.
async fn drive<C: Contestant>(contestant: &C, workload: Workload, callers: u64, operations: u64) {
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let contestant = contestant.clone();
        tasks.spawn(async move {
            let mut rng = fastrand::Rng::with_seed(caller);
            for number in 0..operations / callers {
                match workload {
                    Workload::Insert => contestant.insert(number as i64).await,
                    Workload::Select => contestant.select(rng.i64(1..=ROWS)).await,
                }
            }
        });
    }
    while let Some(finished) = tasks.join_next().await {
        finished.expect("a caller that does not panic");
    }
}
