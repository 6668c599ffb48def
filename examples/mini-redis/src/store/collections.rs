//! What the commands for lists, hashes, sets and sorted sets have in common.

use std::{
    hash::{BuildHasher, RandomState},
    ops::Range,
};

/// The places from `start` to `end`, both included; negative ones count from the back.
pub(crate) fn range(start: i64, end: i64, length: usize) -> Range<usize> {
    let total = i64::try_from(length).unwrap_or(i64::MAX);
    let from_front = |place: i64| if place < 0 { (place.saturating_add(total)).max(0) } else { place };
    let end = if end < 0 { end.saturating_add(total) } else { end.min(total - 1) };
    let start = from_front(start);
    if start > end || start >= total {
        return 0..0;
    }
    let place = |place: i64| usize::try_from(place).unwrap_or(0);
    place(start)..place(end) + 1
}

/// A random number below `bound`, if there is one. Good enough to pick from a set.
pub(crate) fn random_below(bound: usize) -> Option<usize> {
    let random = RandomState::new().hash_one(bound);
    let bound = u64::try_from(bound).ok().filter(|bound| *bound > 0)?;
    usize::try_from(random % bound).ok()
}
