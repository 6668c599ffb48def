//! Set commands.

use bytes::Bytes;
use indexmap::IndexSet;

use crate::frame::Frame;

use super::{
    access::{Access, Fault, NOT_POSITIVE, Outcome, SYNTAX, integer},
    collections::{Collection, change, make, random_below, read},
    events::{Class, Event},
    value::{Value, own},
};

pub(crate) type Set = IndexSet<Bytes>;

const POPPED: Event = Event(Class::Set, "spop");

impl Collection for Set {
    fn of(value: &Value) -> Option<&Self> {
        match value {
            Value::Set(set) => Some(set),
            _ => None,
        }
    }

    fn of_mut(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::Set(set) => Some(set),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::Set(Box::new(self))
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

pub(crate) fn sadd(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, members) = (&words[0], &words[1..]);
    make::<Set>(access, key)?;
    let added = change(access, key, Event(Class::Set, "sadd"), |set: &mut Set| {
        members.iter().filter(|member| !set.contains(*member) && set.insert(own(member))).count()
    })?;
    Ok(Frame::count(added.unwrap_or(0)))
}

pub(crate) fn srem(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let removed = change(access, &words[0], Event(Class::Set, "srem"), |set: &mut Set| {
        words[1..].iter().filter(|member| set.swap_remove(*member)).count()
    })?;
    Ok(Frame::count(removed.unwrap_or(0)))
}

pub(crate) fn scard(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::count(read::<Set>(access, &words[0])?.map_or(0, Set::len)))
}

pub(crate) fn sismember(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let set = read::<Set>(access, &words[0])?;
    Ok(Frame::flag(set.is_some_and(|set| set.contains(&words[1]))))
}

pub(crate) fn smembers(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let members = read::<Set>(access, &words[0])?.into_iter().flatten();
    Ok(Frame::Set(members.cloned().map(Frame::Bulk).collect()))
}

pub(crate) fn srandmember(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let [key, count @ ..] = words else {
        return Err(access.wrong_arity());
    };
    let set = read::<Set>(access, key)?;
    let any = |set: &Set| random_below(set.len()).and_then(|at| set.get_index(at).cloned());
    let [count] = count else {
        return if count.is_empty() { Ok(Frame::maybe(set.and_then(any))) } else { Err(SYNTAX) };
    };
    let count = integer(count)?;
    if count == i64::MIN {
        let most = i64::MAX;
        let range = format!("ERR value is out of range, value must between -{most} and {most}");
        return Err(range.into());
    }
    if count.unsigned_abs() > i64::MAX.unsigned_abs() / 2 {
        return Err(Fault("ERR value is out of range".into()));
    }
    let number = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let Some(set) = set else {
        return Ok(Frame::Array(Vec::new()));
    };
    // With a negative number, members may repeat.
    if count < 0 {
        let members = std::iter::repeat_with(|| any(set)).take(number).flatten();
        return Ok(Frame::Array(members.map(Frame::Bulk).collect()));
    }
    let places = distinct(set.len(), number);
    let members = places.into_iter().filter_map(|place| set.get_index(place).cloned());
    Ok(Frame::Array(members.map(Frame::Bulk).collect()))
}

/// Returns random numbers below `bound`, each at most once: `count` of them, or all.
fn distinct(bound: usize, count: usize) -> Vec<usize> {
    // A few of many are drawn until they are distinct, which does not take time for all.
    if count < bound / 2 {
        let mut drawn = IndexSet::new();
        while drawn.len() < count {
            drawn.extend(random_below(bound));
        }
        return drawn.into_iter().collect();
    }
    let mut rest: Vec<usize> = (0..bound).collect();
    let draw = || random_below(rest.len()).map(|at| rest.swap_remove(at));
    std::iter::from_fn(draw).take(count).collect()
}

pub(crate) fn spop(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let take = |set: &mut Set| random_below(set.len()).and_then(|at| set.swap_remove_index(at));
    match words {
        [key] => Ok(Frame::maybe(change(access, key, POPPED, take)?.flatten())),
        [key, count] => {
            let count = integer(count).ok().and_then(|count| usize::try_from(count).ok());
            let count = count.ok_or(NOT_POSITIVE)?;
            let taken: Option<Vec<Frame>> = change(access, key, POPPED, |set| {
                std::iter::from_fn(|| take(set)).take(count).map(Frame::Bulk).collect()
            })?;
            Ok(Frame::Set(taken.unwrap_or_default()))
        }
        _ => Err(SYNTAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_places_are_distinct() {
        for (bound, count) in
            [(0, 0), (0, 5), (1, 1), (10, 3), (10, 4), (10, 5), (10, 9), (10, 10), (10, 99)]
        {
            let places: IndexSet<usize> = distinct(bound, count).into_iter().collect();
            assert_eq!(places.len(), count.min(bound), "{count} of {bound}");
            assert!(places.iter().all(|place| *place < bound));
        }
        // All of them are drawn at some time.
        let drawn: IndexSet<usize> = (0..1_000).flat_map(|_| distinct(10, 2)).collect();
        assert_eq!(drawn.len(), 10);
    }
}
