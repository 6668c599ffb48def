//! What the commands for lists, hashes, sets and sorted sets have in common.

use std::{
    hash::{BuildHasher, RandomState},
    ops::Range,
};

use bytes::Bytes;

use super::{
    access::{Access, Fault, WRONG_TYPE},
    value::Value,
};

/// A value that has elements. Without any it is not kept.
pub(crate) trait Collection: Default {
    fn of(value: &Value) -> Option<&Self>;
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    fn into_value(self) -> Value;
    fn is_empty(&self) -> bool;
}

/// What an attempt to change something gives, and whether it did.
pub(crate) trait Attempt {
    fn has_changed(&self) -> bool;
}

impl Attempt for () {
    fn has_changed(&self) -> bool {
        true
    }
}

/// How many elements were changed.
impl Attempt for usize {
    fn has_changed(&self) -> bool {
        *self > 0
    }
}

impl<T> Attempt for Option<T> {
    fn has_changed(&self) -> bool {
        self.is_some()
    }
}

/// What was taken out.
impl<T> Attempt for Vec<T> {
    fn has_changed(&self) -> bool {
        !self.is_empty()
    }
}

/// A collection that somebody reads.
pub(crate) fn read<'a, C: Collection>(
    access: &'a Access<'_>,
    key: &[u8],
) -> Result<Option<&'a C>, Fault> {
    match access.get(key) {
        None => Ok(None),
        Some(entry) => C::of(&entry.value).map(Some).ok_or(WRONG_TYPE),
    }
}

/// Makes an empty collection, which is to be filled at once, unless there is one.
pub(crate) fn make<C: Collection>(access: &mut Access<'_>, key: &Bytes) -> Result<(), Fault> {
    if read::<C>(access, key)?.is_none() {
        access.set(key, C::default().into_value());
    }
    Ok(())
}

/// Changes a collection that is there, and lets it go when that empties it.
pub(crate) fn change<C: Collection, T: Attempt>(
    access: &mut Access<'_>,
    key: &[u8],
    change: impl FnOnce(&mut C) -> T,
) -> Result<Option<T>, Fault> {
    let Some(value) = access.keyspace.get_mut(access.database, key) else {
        return Ok(None);
    };
    let collection = C::of_mut(value).ok_or(WRONG_TYPE)?;
    let attempt = change(collection);
    if collection.is_empty() {
        access.remove(key);
    } else if attempt.has_changed() {
        access.keyspace.touch(access.database, key);
    }
    Ok(Some(attempt))
}

/// The places from `start` to `end`, both included; negative ones count from the back.
pub(crate) fn range(start: i64, end: i64, length: usize) -> Range<usize> {
    let total = i64::try_from(length).unwrap_or(i64::MAX);
    let from_front =
        |place: i64| if place < 0 { (place.saturating_add(total)).max(0) } else { place };
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
