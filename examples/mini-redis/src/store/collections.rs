//! Helpers shared by the commands for lists, hashes, sets and sorted sets.

use std::{
    hash::{BuildHasher, RandomState},
    ops::Range,
};

use bytes::Bytes;

use super::{
    access::{Access, Fault, WRONG_TYPE},
    events::Event,
    value::Value,
};

/// A value with elements. Empty collections are removed from the keyspace.
pub(crate) trait Collection: Default {
    fn of(value: &Value) -> Option<&Self>;
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    fn into_value(self) -> Value;
    fn is_empty(&self) -> bool;
}

/// The result of a modification, which says whether anything was changed.
pub(crate) trait Attempt {
    fn has_changed(&self) -> bool;
}

impl Attempt for () {
    fn has_changed(&self) -> bool {
        true
    }
}

/// The number of changed elements.
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

/// The removed elements.
impl<T> Attempt for Vec<T> {
    fn has_changed(&self) -> bool {
        !self.is_empty()
    }
}

/// Returns the collection at `key`, if there is one.
pub(crate) fn read<'a, C: Collection>(
    access: &'a Access<'_>,
    key: &[u8],
) -> Result<Option<&'a C>, Fault> {
    match access.get(key) {
        None => Ok(None),
        Some(entry) => C::of(&entry.value).map(Some).ok_or(WRONG_TYPE),
    }
}

/// Creates an empty collection unless there is one. The caller must add an element.
pub(crate) fn make<C: Collection>(access: &mut Access<'_>, key: &Bytes) -> Result<(), Fault> {
    if read::<C>(access, key)?.is_none() {
        access.keyspace.set(access.database, key, C::default().into_value(), None);
    }
    Ok(())
}

/// Modifies an existing collection, and removes it if that leaves it empty.
pub(crate) fn change<C: Collection, T: Attempt>(
    access: &mut Access<'_>,
    key: &[u8],
    event: Event,
    change: impl FnOnce(&mut C) -> T,
) -> Result<Option<T>, Fault> {
    let changed = change_quietly(access, key, change)?;
    Ok(changed.map(|(attempt, effect)| {
        effect.notify(access, key, event);
        attempt
    }))
}

/// Like [`change`]. The caller has to publish the events.
pub(crate) fn change_quietly<C: Collection, T: Attempt>(
    access: &mut Access<'_>,
    key: &[u8],
    change: impl FnOnce(&mut C) -> T,
) -> Result<Option<(T, Effect)>, Fault> {
    let Some(value) = access.keyspace.get_mut(access.database, key) else {
        return Ok(None);
    };
    let collection = C::of_mut(value).ok_or(WRONG_TYPE)?;
    let was_empty = collection.is_empty();
    let attempt = change(collection);
    let effect = match (attempt.has_changed(), collection.is_empty()) {
        (false, _) => Effect::None,
        (true, true) => Effect::Removed,
        (true, false) if was_empty => Effect::Created,
        (true, false) => Effect::Changed,
    };
    if collection.is_empty() {
        access.keyspace.remove(access.database, key);
    } else if effect != Effect::None {
        access.keyspace.touch(access.database, key);
    }
    Ok(Some((attempt, effect)))
}

/// What a change has done to a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    /// It was empty, see [`make`].
    Created,
    Changed,
    /// It became empty.
    Removed,
}

impl Effect {
    /// Publishes the events of a change.
    pub(crate) fn notify(self, access: &mut Access<'_>, key: &[u8], event: Event) {
        if self == Self::Created {
            access.notify(Event::NEW, key);
        }
        if self != Self::None {
            access.notify(event, key);
        }
        if self == Self::Removed {
            access.notify(Event::DEL, key);
        }
    }
}

/// Converts an inclusive range to indexes. Negative bounds count from the end.
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

/// Returns a random number below `bound`, or `None` if `bound` is 0. The bias of the modulo is negligible.
pub(crate) fn random_below(bound: usize) -> Option<usize> {
    let random = RandomState::new().hash_one(bound);
    let bound = u64::try_from(bound).ok().filter(|bound| *bound > 0)?;
    usize::try_from(random % bound).ok()
}
