//! Lets the entrants take turns.

use crate::{
    contestant::Entrant,
    flavor::Flavor,
    statistics::{median, paired_ratios, quartiles, smallest},
    workload::Row,
};

/// What one entrant took in one row, compared with its reference.
#[derive(Clone, Debug)]
pub struct Timing {
    /// Which row.
    pub row: Row,
    /// On which runtime.
    pub flavor: Flavor,
    /// Who.
    pub entrant: &'static str,
    /// The entrant it is compared with.
    pub reference: &'static str,
    /// The median of all rounds, in nanoseconds per operation.
    pub median: f64,
    /// The best round, in nanoseconds per operation.
    pub best: f64,
    /// The median of the rounds' ratios to the reference.
    pub ratio: f64,
    /// The quartiles of these ratios.
    pub spread: (f64, f64),
}

/// Measures `row` for all `entrants`, in `rounds` rounds after one that is not counted.
///
/// Each round begins with another entrant, so that nobody always has the same predecessor.
#[must_use]
pub fn measure(
    row: Row,
    flavor: Flavor,
    entrants: &[&'static Entrant],
    rounds: usize,
    scale: u64,
) -> Vec<Timing> {
    let operations = (row.operations() / scale).max(1);
    let mut taken = vec![Vec::with_capacity(rounds); entrants.len()];
    for round in 0..=rounds {
        for turn in 0..entrants.len() {
            let at = (round + turn) % entrants.len();
            let nanos = entrants[at].time(row, flavor, operations);
            if round > 0 {
                taken[at].push(nanos);
            }
        }
    }
    let timing = |(at, entrant): (usize, &&'static Entrant)| {
        let reference = entrants.iter().position(|other| other.name == entrant.reference)?;
        let ratios = paired_ratios(&taken[at], &taken[reference]);
        Some(Timing {
            row,
            flavor,
            entrant: entrant.name,
            reference: entrant.reference,
            median: median(&taken[at]),
            best: smallest(&taken[at]),
            ratio: median(&ratios),
            spread: quartiles(&ratios),
        })
    };
    entrants.iter().enumerate().filter_map(timing).collect()
}
