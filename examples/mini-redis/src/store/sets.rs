//! Commands for sets.

use bytes::Bytes;
use indexmap::IndexSet;

use crate::frame::Frame;

use super::{
    access::{Access, Fault, NOT_POSITIVE, Outcome, WRONG_TYPE, integer},
    collections::random_below,
    value::{Value, own},
};

type Set = IndexSet<Bytes>;

fn read<'a>(access: &'a Access<'_>, key: &[u8]) -> Result<Option<&'a Set>, Fault> {
    match access.get(key).map(|entry| &entry.value) {
        None => Ok(None),
        Some(Value::Set(set)) => Ok(Some(set)),
        Some(_) => Err(WRONG_TYPE),
    }
}

/// Changes a set that is there, and lets it go when that empties it.
fn change<T>(
    access: &mut Access<'_>,
    key: &[u8],
    change: impl FnOnce(&mut Set) -> T,
) -> Result<Option<T>, Fault> {
    if read(access, key)?.is_none() {
        return Ok(None);
    }
    let Some(Value::Set(set)) = access.keyspace.change(access.database, key) else {
        return Ok(None);
    };
    let changed = change(set);
    if set.is_empty() {
        access.remove(key);
    }
    Ok(Some(changed))
}

pub(crate) fn sadd(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, members) = (&words[0], &words[1..]);
    if read(access, key)?.is_none() {
        access.set(key, Value::Set(Set::new()));
    }
    let added = change(access, key, |set| {
        members.iter().filter(|member| !set.contains(*member) && set.insert(own(member))).count()
    })?;
    Ok(Frame::count(added.unwrap_or(0)))
}

pub(crate) fn srem(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let removed = change(access, &words[0], |set| {
        words[1..].iter().filter(|member| set.swap_remove(*member)).count()
    })?;
    Ok(Frame::count(removed.unwrap_or(0)))
}

pub(crate) fn scard(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::count(read(access, &words[0])?.map_or(0, Set::len)))
}

pub(crate) fn sismember(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let set = read(access, &words[0])?;
    Ok(Frame::flag(set.is_some_and(|set| set.contains(&words[1]))))
}

pub(crate) fn smembers(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let members = read(access, &words[0])?.into_iter().flatten();
    Ok(Frame::Set(members.cloned().map(Frame::Bulk).collect()))
}

pub(crate) fn spop(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let take = |set: &mut Set| random_below(set.len()).and_then(|at| set.swap_remove_index(at));
    match words {
        [key] => Ok(Frame::maybe(change(access, key, take)?.flatten())),
        [key, count] => {
            let count = integer(count).ok().and_then(|count| usize::try_from(count).ok());
            let count = count.ok_or(NOT_POSITIVE)?;
            let taken = change(access, key, |set| {
                std::iter::from_fn(|| take(set)).take(count).map(Frame::Bulk).collect()
            });
            Ok(Frame::Set(taken?.unwrap_or_default()))
        }
        _ => Err(super::access::SYNTAX),
    }
}
