//! Measurement and output: speed, CPU time, and ratios within the same round.

use std::{
    fmt,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

use crate::contestant::Workload;

/// The measurement of one contestant in one round.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    per_second: f64,
    /// CPU time of all threads per operation, in microseconds.
    cost: f64,
}

impl Cell {
    /// Measures `round`, which performs `operations` operations.
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

/// Returns the CPU time used by this process.
fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// The results of one workload with a given number of callers, one row per contestant.
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

    /// Returns the median ratio of two contestants' speeds within the same round.
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
