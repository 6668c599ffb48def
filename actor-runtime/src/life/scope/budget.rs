//! How a shutdown divides its time among the members.

use std::time::Duration;

/// What a reserve is of the whole: one half.
const RESERVE: u32 = 2;

/// The time of a shutdown.
///
/// Members stop one after another. The one whose turn it is may take all the time that is left, except for
/// a reserve of half of the whole. If an equal share is more, which is the time left by the number of
/// members left, it may take that. So a member that does not end costs those after it no more than half of
/// the time, and members that end sooner leave more to the others. Of `n` members, each may take at least
/// the whole divided by `2n`.
pub(super) struct Budget {
    total: Duration,
    spent: Duration,
    /// The number of members that have not had their turn, once it is known.
    shares: Option<usize>,
}

impl Budget {
    pub(super) fn new(total: Duration) -> Self {
        Self { total, spent: Duration::ZERO, shares: None }
    }

    /// Returns the time that a member may take whose turn begins. `members` returns how many are left at
    /// the first turn, this one included.
    pub(super) fn turn(&mut self, members: impl FnOnce() -> usize) -> Duration {
        let shares = self.shares.get_or_insert_with(members);
        let divisor = u32::try_from((*shares).max(1)).unwrap_or(u32::MAX);
        *shares = shares.saturating_sub(1);
        let rest = self.rest();
        let share = rest / divisor;
        share.max(rest.saturating_sub(self.total / RESERVE))
    }

    /// Counts members that were not known at the first turn.
    pub(super) fn add(&mut self, members: usize) {
        if let Some(shares) = &mut self.shares {
            *shares += members;
        }
    }

    /// Returns all the time that is left.
    pub(super) fn rest(&self) -> Duration {
        self.total.saturating_sub(self.spent)
    }

    pub(super) fn spend(&mut self, time: Duration) {
        self.spent = self.spent.saturating_add(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn turn(budget: &mut Budget) -> Duration {
        budget.turn(|| unreachable!("counted before"))
    }

    #[test]
    fn a_member_may_take_all_but_the_reserve() {
        let mut budget = Budget::new(10 * SECOND);
        assert_eq!(budget.turn(|| 5), 5 * SECOND);
        budget.spend(SECOND);
        assert_eq!(turn(&mut budget), 4 * SECOND);
        assert_eq!(budget.rest(), 9 * SECOND);
    }

    #[test]
    fn the_reserve_is_divided_among_the_members_left() {
        let mut budget = Budget::new(10 * SECOND);
        assert_eq!(budget.turn(|| 6), 5 * SECOND);
        budget.spend(5 * SECOND);
        assert_eq!(turn(&mut budget), SECOND);
        budget.spend(SECOND);
        assert_eq!(turn(&mut budget), SECOND);
        // This one ended at once, so the others may take longer.
        assert_eq!(turn(&mut budget), 4 * SECOND / 3);
        budget.add(2);
        assert_eq!(turn(&mut budget), SECOND);
    }

    #[test]
    fn a_member_gets_its_share_also_if_little_is_left_besides_the_reserve() {
        let mut budget = Budget::new(10 * SECOND);
        budget.turn(|| 6);
        budget.spend(5 * SECOND - SECOND / 1_000);
        assert!(turn(&mut budget) > SECOND);
        // The last one may take everything.
        let mut budget = Budget::new(10 * SECOND);
        assert_eq!(budget.turn(|| 1), 10 * SECOND);
    }

    #[test]
    fn nothing_overflows() {
        let mut budget = Budget::new(Duration::MAX);
        assert!(budget.turn(|| 1) > Duration::MAX / 3);
        budget.spend(Duration::MAX);
        budget.spend(Duration::MAX);
        assert_eq!((budget.turn(|| 0), budget.rest()), (Duration::ZERO, Duration::ZERO));
    }
}
