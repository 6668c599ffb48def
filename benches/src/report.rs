//! The results, for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    contestant::Entrant,
    flavor::Flavor,
    memory::{Memory, OPERATIONS},
    rounds::Timing,
};

/// The head of the table of timed rows.
pub const TIMINGS: &str = "\
| row        | runtime        | entrant    | CPU ns, median | best    | ratio to its twin | middle half   |
|------------|----------------|------------|---------------:|--------:|------------------:|--------------:|";

/// The head of the table of counted rows.
pub const MEMORIES: &str = "\
| runtime        | entrant    | allocations per call | per cast | bytes per idle actor |
|----------------|------------|---------------------:|---------:|---------------------:|";

/// A line of the table of timed rows.
#[must_use]
pub fn timing_line(timing: &Timing) -> String {
    let Timing { row, entrant, median, best, ratio, spread: (lower, upper), .. } = timing;
    let flavor = timing.flavor.name();
    let mut line =
        format!("| {row:<10} | {flavor:<14} | {entrant:<10} | {median:>14.1} | {best:>7.1} |");
    let written = if timing.reference == timing.entrant {
        write!(line, " {:>17} | {:>13} |", "", "")
    } else {
        write!(line, " {ratio:>17.3} | {:>13} |", format!("{lower:.3}-{upper:.3}"))
    };
    written.expect("a string takes everything");
    line
}

/// A line of the table of counted rows, from its JSON.
///
/// # Errors
///
/// What is missing there.
pub fn memory_line(memory: &Value) -> Result<String, String> {
    let text = |key: &str| memory[key].as_str().ok_or(format!("no {key} in {memory}"));
    let number = |key: &str| memory[key].as_f64().ok_or(format!("no {key} in {memory}"));
    Ok(format!(
        "| {:<14} | {:<10} | {:>20.3} | {:>8.3} | {:>20} |",
        text("runtime")?,
        text("entrant")?,
        number("allocations_per_call")?,
        number("allocations_per_cast")?,
        number("idle_bytes")?,
    ))
}

/// One timed row as JSON.
#[must_use]
pub fn timing_json(timing: &Timing) -> Value {
    json!({
        "row": timing.row.name(),
        "runtime": timing.flavor.name(),
        "entrant": timing.entrant,
        "reference": timing.reference,
        "cpu_ns_median": timing.median,
        "cpu_ns_best": timing.best,
        "ratio_median": timing.ratio,
        "ratio_quartiles": [timing.spread.0, timing.spread.1],
    })
}

/// One counted row as JSON.
#[expect(clippy::cast_precision_loss, reason = "these are small numbers")]
#[must_use]
pub fn memory_json(entrant: &Entrant, flavor: Flavor, memory: &Memory) -> Value {
    json!({
        "runtime": flavor.name(),
        "entrant": entrant.name,
        "reference": entrant.reference,
        "allocations_per_call": memory.calls as f64 / OPERATIONS as f64,
        "allocations_per_cast": memory.casts as f64 / OPERATIONS as f64,
        "idle_bytes": memory.idle_bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{contestant::ROSTER, workload::Row};

    fn timing(entrant: &'static str) -> Timing {
        Timing {
            row: Row::Call64,
            flavor: Flavor::CurrentThread,
            entrant,
            reference: "twin-64",
            median: 230.04,
            best: 220.0,
            ratio: 0.987_6,
            spread: (0.97, 1.0),
        }
    }

    #[test]
    fn a_line_is_as_wide_as_its_head() {
        let width = TIMINGS.lines().next().unwrap().len();
        assert_eq!(timing_line(&timing("actor-64")).len(), width);
        assert_eq!(timing_line(&timing("twin-64")).len(), width);
        let memory = Memory { calls: 8192, casts: 3, idle_bytes: 1000 };
        let json = memory_json(&ROSTER[1], Flavor::TwoWorkers, &memory);
        let width = MEMORIES.lines().next().unwrap().len();
        assert_eq!(memory_line(&json).unwrap().len(), width);
    }

    #[test]
    fn a_reference_has_no_ratio_to_itself() {
        assert!(timing_line(&timing("actor-64")).contains("0.988"));
        assert!(!timing_line(&timing("twin-64")).contains("0.988"));
    }

    #[test]
    fn a_line_without_its_numbers_is_refused() {
        assert!(memory_line(&json!({ "runtime": "x", "entrant": "y" })).is_err());
    }
}
