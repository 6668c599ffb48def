//! The arithmetic of the report.

/// The middle value; of an even number of values, the mean of the two in the middle.
///
/// # Panics
///
/// If there are no values.
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

/// The smallest value.
///
/// # Panics
///
/// If there are no values.
#[must_use]
pub fn smallest(values: &[f64]) -> f64 {
    values.iter().copied().min_by(f64::total_cmp).expect("at least one round was counted")
}

/// Each value divided by the reference of the same round.
///
/// Whatever else the machine does for longer than a round falls on both, and cancels out. The ratio
/// of two medians would compare one round with another.
///
/// # Panics
///
/// If one has more rounds than the other.
#[must_use]
pub fn paired_ratios(values: &[f64], references: &[f64]) -> Vec<f64> {
    assert_eq!(values.len(), references.len(), "everybody takes part in every round");
    values.iter().zip(references).map(|(value, reference)| value / reference).collect()
}

/// How far the middle half of the values reaches: the lower and the upper quartile.
///
/// # Panics
///
/// If there are no values.
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
    fn the_smallest_is_the_smallest() {
        assert_eq!(smallest(&[2.0, 1.0, 3.0]), 1.0);
    }

    #[test]
    fn ratios_are_of_the_same_round() {
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
    fn a_missing_round_is_noticed() {
        let _ = paired_ratios(&[1.0], &[1.0, 2.0]);
    }

    #[test]
    fn quartiles_hold_the_middle_half() {
        assert_eq!(quartiles(&[5.0, 1.0, 2.0, 4.0, 3.0]), (2.0, 4.0));
        assert_eq!(quartiles(&[1.0]), (1.0, 1.0));
    }
}
