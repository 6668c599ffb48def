//! What is printed: speed, cost, and ratios of the same round.

use std::{
    fmt,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

use crate::contestant::Workload;

/// What one contestant did in one round.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    per_second: f64,
    /// CPU time of all threads for one operation, in microseconds.
    cost: f64,
}

impl Cell {
    /// Runs a round, which says how many operations it was.
    pub(crate) fn measure(operations: u64, round: impl FnOnce()) -> Self {
        let (cpu, begun) = (cpu_time(), Instant::now());
        round();
        let operations = operations as f64;
        Self {
            per_second: operations / begun.elapsed().as_secs_f64(),
            cost: (cpu_time() - cpu).as_secs_f64() * 1e6 / operations,
        }
    }
}

/// The CPU time that this process has used so far.
fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// One workload with so many callers: a row for each contestant. The first is the reference.
pub(crate) struct Table<const N: usize> {
    workload: Workload,
    callers: u64,
    names: [&'static str; N],
    rounds: Vec<[Cell; N]>,
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(workload: Workload, callers: u64, names: [&'static str; N]) -> Self {
        Self { workload, callers, names, rounds: Vec::new() }
    }

    pub(crate) fn add(&mut self, round: [Cell; N]) {
        self.rounds.push(round);
    }

    fn speed(&self, of: usize) -> f64 {
        median(self.rounds.iter().map(|round| round[of].per_second).collect())
    }

    fn cost(&self, of: usize) -> f64 {
        median(self.rounds.iter().map(|round| round[of].cost).collect())
    }

    /// How many times as fast as another.
    fn ratio(&self, of: usize, to: usize) -> f64 {
        median(
            self.rounds.iter().map(|round| round[of].per_second / round[to].per_second).collect(),
        )
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.workload {
            Workload::Insert => "inserts",
            Workload::Select => "selects",
        };
        writeln!(f, "{what}, {} callers", self.callers)?;
        write!(f, "{:>16} {:>10} {:>8}", "", "per second", "CPU, µs")?;
        for name in &self.names[..3] {
            write!(f, " {:>17}", format!("of {name}"))?;
        }
        writeln!(f)?;
        for (of, name) in self.names.iter().enumerate() {
            write!(f, "{name:>16} {:>10.0} {:>8.1}", self.speed(of), self.cost(of))?;
            for to in 0..3 {
                write!(f, " {:>17.2}", self.ratio(of, to))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}
