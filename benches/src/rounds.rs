//! Alternates between entrants and compares measurements of the same round.

use crate::{
    flavor::Flavor,
    roster::Entrant,
    statistics::{median, paired_ratios, quartiles, smallest},
    workload::Row,
};

/// The times of one entrant, compared with a reference in the same rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// The median of all rounds, in nanoseconds per operation.
    pub median: f64,
    /// The best round, in nanoseconds per operation.
    pub best: f64,
    /// The median of the rounds' ratios to the reference.
    pub ratio: f64,
    /// The quartiles of these ratios.
    pub spread: (f64, f64),
}

impl Figures {
    fn of(values: &[f64], references: &[f64]) -> Self {
        let ratios = paired_ratios(values, references);
        Self {
            median: median(values),
            best: smallest(values),
            ratio: median(&ratios),
            spread: quartiles(&ratios),
        }
    }

    /// Returns `true` if a quartile of the ratios differs from their median by more than 10 %.
    #[must_use]
    pub fn is_rough(&self) -> bool {
        let (lower, upper) = self.spread;
        upper > self.ratio * 1.1 || lower < self.ratio * 0.9
    }
}

/// The figures of one entrant in one row.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// The row.
    pub row: Row,
    /// The runtime.
    pub flavor: Flavor,
    /// The entrant.
    pub entrant: &'static Entrant,
    /// The figures.
    pub figures: Figures,
}

/// Measures `row` for all `entrants` that support it, in `rounds` rounds after a warm-up round.
///
/// # Panics
///
/// Panics if a message was lost or duplicated, or if the reference of an entrant is missing.
#[must_use]
pub fn measure(
    row: Row,
    flavor: Flavor,
    entrants: &[&'static Entrant],
    rounds: usize,
    scale: u64,
) -> Vec<Timing> {
    let operations = (row.operations() / scale).max(1);
    let entrants: Vec<&'static Entrant> =
        entrants.iter().copied().filter(|entrant| entrant.cannot(row).is_none()).collect();
    let taken = take_turns(&entrants, rounds, |entrant| entrant.time(row, flavor, operations));
    let timing = |(entrant, values): (&&'static Entrant, &Vec<f64>)| {
        let is_reference = |other: &&Entrant| other.name == entrant.reference;
        let reference =
            entrants.iter().position(is_reference).expect("the reference is measured, too");
        Timing { row, flavor, entrant, figures: Figures::of(values, &taken[reference]) }
    };
    entrants.iter().zip(&taken).map(timing).collect()
}

/// Measures two contenders, the second relative to the first.
#[must_use]
pub fn compare(
    reference: impl Fn() -> f64,
    other: impl Fn() -> f64,
    rounds: usize,
) -> (Figures, Figures) {
    let contenders: [&dyn Fn() -> f64; 2] = [&reference, &other];
    let taken = take_turns(&contenders, rounds, |contender| contender());
    (Figures::of(&taken[0], &taken[0]), Figures::of(&taken[1], &taken[0]))
}

/// Measures each contender once per round, in `rounds` rounds after a warm-up round.
///
/// Each round begins with a different contender.
fn take_turns<T: Copy>(
    contenders: &[T],
    rounds: usize,
    measure: impl Fn(T) -> f64,
) -> Vec<Vec<f64>> {
    let mut taken = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..=rounds {
        for turn in 0..contenders.len() {
            let at = (round + turn) % contenders.len();
            let value = measure(contenders[at]);
            if round > 0 {
                taken[at].push(value);
            }
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    #[test]
    fn each_round_begins_with_a_different_contender() {
        let order = RefCell::new(String::new());
        let taken = take_turns(&['a', 'b', 'c'], 2, |contender| {
            order.borrow_mut().push(contender);
            1.0
        });
        assert_eq!(*order.borrow(), "abcbcacab");
        assert_eq!(taken, [[1.0; 2]; 3]);
    }

    #[test]
    fn a_slow_round_does_not_change_the_ratio() {
        let time = Cell::new(0.0);
        let slower = |factor: f64| {
            time.set(time.get() + 1.0);
            factor * if (3.0..5.0).contains(&time.get()) { 50.0 } else { 1.0 }
        };
        let (reference, other) = compare(|| slower(1.0), || slower(2.0), 3);
        assert_eq!((reference.ratio, other.ratio), (1.0, 2.0));
        assert!(!other.is_rough());
    }

    #[test]
    fn scattered_ratios_are_rough() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert!(Figures::of(&values, &[3.0; 5]).is_rough());
        assert!(!Figures::of(&values, &values).is_rough());
    }

    #[test]
    fn an_unsupported_row_has_no_timing() {
        let timings = measure(
            Row::Yield,
            Flavor::CurrentThread,
            &["twin-1024", "std-mutex"].map(|name| crate::roster::entrant(name).unwrap()),
            1,
            100,
        );
        assert_eq!(timings.len(), 1);
        assert_eq!(timings[0].entrant.name, "twin-1024");
    }
}
