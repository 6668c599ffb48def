//! Statistics for the report.

/// Returns the median; for an even number of values, the mean of the middle two.
///
/// # Panics
///
/// Panics if there are no values.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    }
}

/// Returns the smallest value.
///
/// # Panics
///
/// Panics if there are no values.
#[must_use]
pub fn smallest(values: &[f64]) -> f64 {
    values.iter().copied().min_by(f64::total_cmp).expect("there is at least one round")
}

/// Divides each value by the reference of the same round.
///
/// Load on the machine that lasts longer than a round affects both and cancels out. The ratio of two medians
/// would compare different rounds.
///
/// # Panics
///
/// Panics if the numbers of rounds differ.
#[must_use]
pub fn paired_ratios(values: &[f64], references: &[f64]) -> Vec<f64> {
    assert_eq!(values.len(), references.len(), "every round has a reference");
    values.iter().zip(references).map(|(value, reference)| value / reference).collect()
}

/// Returns the lower and the upper quartile.
///
/// # Panics
///
/// Panics if there are no values.
#[must_use]
pub fn quartiles(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len() - 1;
    (sorted[last / 4], sorted[last - last / 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_does_not_depend_on_the_order() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[7.0]), 7.0);
    }

    #[test]
    fn one_bad_round_does_not_move_the_median() {
        assert_eq!(median(&[10.0, 11.0, 5000.0]), 11.0);
    }

    #[test]
    fn the_smallest_value_is_returned() {
        assert_eq!(smallest(&[2.0, 1.0, 3.0]), 1.0);
    }

    #[test]
    fn ratios_compare_the_same_round() {
        // The machine was three times slower in the second round, for both.
        let ratios = paired_ratios(&[50.0, 150.0, 50.0], &[100.0, 300.0, 100.0]);
        assert_eq!(ratios, [0.5, 0.5, 0.5]);
    }

    #[test]
    fn the_median_ratio_is_not_the_ratio_of_medians() {
        let ratios = paired_ratios(&[1.0, 4.0, 9.0], &[1.0, 2.0, 30.0]);
        assert_eq!(median(&ratios), 1.0);
    }

    #[test]
    #[should_panic(expected = "every round")]
    fn a_missing_round_panics() {
        let _ = paired_ratios(&[1.0], &[1.0, 2.0]);
    }

    #[test]
    fn quartiles_enclose_the_middle_half() {
        assert_eq!(quartiles(&[5.0, 1.0, 2.0, 4.0, 3.0]), (2.0, 4.0));
        assert_eq!(quartiles(&[1.0]), (1.0, 1.0));
    }
}
