//! The results of a run, and their JSON format.

use serde_json::{Value, json};

use crate::{
    flavor::Flavor,
    machine::Machine,
    memory::{Memory, OPERATIONS},
    roster::{Entrant, entrant},
    rounds::{Figures, Timing},
    select::Case,
    workload::Row,
};

/// The allocations of one entrant.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// The entrant.
    pub entrant: &'static Entrant,
    /// Its allocations.
    pub memory: Memory,
}

/// The figures of one loop with the checked `select!` and with tokio's.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// The loop.
    pub case: &'static Case,
    /// The figures of tokio's macro.
    pub tokio: Figures,
    /// The figures of the checked macro.
    pub checked: Figures,
}

/// The results of one run.
#[derive(Clone, Debug)]
pub struct Results {
    /// The environment of the run.
    pub machine: Machine,
    /// The number of measured rounds.
    pub rounds: u64,
    /// The divisor for the work of each row.
    pub scale: u64,
    /// The timed rows.
    pub timings: Vec<Timing>,
    /// The allocation counts.
    pub weights: Vec<Weight>,
    /// The `select!` loops.
    pub comparisons: Vec<Comparison>,
}

impl Results {
    /// Returns the figures of `entrant` in `row`, if it was measured.
    #[must_use]
    pub fn figures(&self, entrant: &str, row: Row, flavor: Flavor) -> Option<&Figures> {
        let is_meant = |timing: &&Timing| {
            timing.entrant.name == entrant && timing.row == row && timing.flavor == flavor
        };
        self.timings.iter().find(is_meant).map(|timing| &timing.figures)
    }

    /// Returns the allocations of `entrant`, if they were counted.
    #[must_use]
    pub fn memory(&self, entrant: &str) -> Option<&Memory> {
        self.weights.iter().find(|weight| weight.entrant.name == entrant).map(|w| &w.memory)
    }

    /// Converts the results to JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let Machine { machine, compiler, tokio, date } = &self.machine;
        json!({
            "machine": machine,
            "compiler": compiler,
            "tokio": tokio,
            "date": date,
            "rounds": self.rounds,
            "scale": self.scale,
            "timings": self.timings.iter().map(timing_to_json).collect::<Vec<_>>(),
            "memory": self.weights.iter().map(weight_to_json).collect::<Vec<_>>(),
            "select": self.comparisons.iter().map(comparison_to_json).collect::<Vec<_>>(),
        })
    }

    /// Reads results from JSON.
    ///
    /// # Errors
    ///
    /// Returns a message that names the missing or unknown item.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        Ok(Self {
            machine: Machine {
                machine: text(value, "machine")?.to_owned(),
                compiler: text(value, "compiler")?.to_owned(),
                tokio: text(value, "tokio")?.to_owned(),
                date: text(value, "date")?.to_owned(),
            },
            rounds: count(value, "rounds")?,
            scale: count(value, "scale")?,
            timings: each(value, "timings", timing_from_json)?,
            weights: each(value, "memory", weight_from_json)?,
            comparisons: each(value, "select", comparison_from_json)?,
        })
    }
}

fn timing_to_json(timing: &Timing) -> Value {
    json!({
        "row": timing.row.name(),
        "runtime": timing.flavor.name(),
        "entrant": timing.entrant.name,
        "reference": timing.entrant.reference,
        "figures": figures_to_json(&timing.figures),
    })
}

fn timing_from_json(value: &Value) -> Result<Timing, String> {
    Ok(Timing {
        row: known(value, "row", Row::named)?,
        flavor: known(value, "runtime", Flavor::named)?,
        entrant: known(value, "entrant", entrant)?,
        figures: figures_from_json(&value["figures"])?,
    })
}

fn figures_to_json(figures: &Figures) -> Value {
    json!({
        "cpu_ns_median": figures.median,
        "cpu_ns_best": figures.best,
        "ratio_median": figures.ratio,
        "ratio_lower_quartile": figures.spread.0,
        "ratio_upper_quartile": figures.spread.1,
    })
}

fn figures_from_json(value: &Value) -> Result<Figures, String> {
    Ok(Figures {
        median: number(value, "cpu_ns_median")?,
        best: number(value, "cpu_ns_best")?,
        ratio: number(value, "ratio_median")?,
        spread: (number(value, "ratio_lower_quartile")?, number(value, "ratio_upper_quartile")?),
    })
}

/// Converts the allocations of one entrant to JSON. The binary `allocations` prints the same format.
#[must_use]
pub fn weight_to_json(weight: &Weight) -> Value {
    let Memory { calls, casts, waits, idle_bytes, handle_bytes } = weight.memory;
    json!({
        "entrant": weight.entrant.name,
        "operations": OPERATIONS,
        "allocations_in_calls": calls,
        "allocations_in_casts": casts,
        "allocations_in_waiting_calls": waits,
        "idle_bytes": idle_bytes,
        "handle_bytes": handle_bytes,
    })
}

/// Reads the allocations of one entrant from JSON.
///
/// # Errors
///
/// Returns a message that names the missing or unknown item.
pub fn weight_from_json(value: &Value) -> Result<Weight, String> {
    let memory = Memory {
        calls: count(value, "allocations_in_calls")?,
        casts: value["allocations_in_casts"].as_u64(),
        waits: value["allocations_in_waiting_calls"].as_u64(),
        idle_bytes: count(value, "idle_bytes")?,
        handle_bytes: count(value, "handle_bytes")?,
    };
    Ok(Weight { entrant: known(value, "entrant", entrant)?, memory })
}

fn comparison_to_json(comparison: &Comparison) -> Value {
    json!({
        "case": comparison.case.name,
        "tokio": figures_to_json(&comparison.tokio),
        "checked": figures_to_json(&comparison.checked),
    })
}

fn comparison_from_json(value: &Value) -> Result<Comparison, String> {
    Ok(Comparison {
        case: known(value, "case", Case::named)?,
        tokio: figures_from_json(&value["tokio"])?,
        checked: figures_from_json(&value["checked"])?,
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    value[key].as_str().ok_or(format!("no {key} in {value}"))
}

fn number(value: &Value, key: &str) -> Result<f64, String> {
    value[key].as_f64().ok_or(format!("no {key} in {value}"))
}

fn count(value: &Value, key: &str) -> Result<u64, String> {
    value[key].as_u64().ok_or(format!("no {key} in {value}"))
}

/// Looks up the item that the text under `key` names.
fn known<T>(value: &Value, key: &str, named: fn(&str) -> Option<T>) -> Result<T, String> {
    let name = text(value, key)?;
    named(name).ok_or(format!("there is no {key} {name} in this build"))
}

fn each<T>(
    value: &Value,
    key: &str,
    read: fn(&Value) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    value[key].as_array().ok_or(format!("no {key}"))?.iter().map(read).collect()
}

/// Made-up results for tests.
#[cfg(test)]
pub(crate) fn invented() -> Results {
    let figures =
        |median: f64, ratio: f64| Figures { median, best: median, ratio, spread: (ratio, ratio) };
    let timing = |row, name: &str, figures| Timing {
        row,
        flavor: Flavor::CurrentThread,
        entrant: entrant(name).unwrap(),
        figures,
    };
    let rough = Figures { spread: (0.5, 2.0), ..figures(117.0, 0.5) };
    Results {
        machine: Machine {
            machine: "2 x Abacus (wood), Beads 1.0".to_owned(),
            compiler: "rustc 1.95.0".to_owned(),
            tokio: "1.54.1".to_owned(),
            date: "2026-01-31".to_owned(),
        },
        rounds: 15,
        scale: 1,
        timings: vec![
            timing(Row::Call, "twin-1024", figures(234.5, 1.0)),
            timing(Row::Call, "actor-1024", figures(13.44, 0.0573)),
            timing(Row::Call, "queued-1024", rough),
            timing(Row::Call, "parking_lot", figures(12.5, 0.0533)),
        ],
        weights: vec![Weight {
            entrant: entrant("actor-1024").unwrap(),
            memory: Memory {
                calls: OPERATIONS,
                casts: Some(OPERATIONS / 100),
                waits: None,
                idle_bytes: 1576,
                handle_bytes: 8,
            },
        }],
        comparisons: vec![Comparison {
            case: Case::named("two-ready").unwrap(),
            tokio: figures(40.0, 1.0),
            checked: figures(38.0, 0.95),
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_survive_a_round_trip_through_json() {
        let json = invented().to_json();
        let read = Results::from_json(&json).unwrap();
        assert_eq!(read.to_json(), json);
        assert_eq!(read.machine, invented().machine);
        assert_eq!(
            read.figures("queued-1024", Row::Call, Flavor::CurrentThread),
            invented().figures("queued-1024", Row::Call, Flavor::CurrentThread),
        );
        assert_eq!(read.memory("actor-1024"), invented().memory("actor-1024"));
    }

    #[test]
    fn errors_name_missing_and_unknown_items() {
        let broken = |key: &str, value: Value| {
            let mut json = invented().to_json();
            json["timings"][0][key] = value;
            Results::from_json(&json).unwrap_err()
        };
        assert!(broken("row", json!("swim")).contains("no row swim"));
        assert!(broken("entrant", Value::Null).contains("no entrant"));
        assert!(broken("figures", json!({})).contains("cpu_ns_median"));
    }
}
