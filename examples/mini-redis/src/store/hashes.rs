//! Commands for hashes.

use bytes::Bytes;
use indexmap::IndexMap;

use crate::{
    frame::Frame,
    number::parse_integer,
};

use super::{
    access::{Access, Fault, Outcome, WRONG_TYPE, integer},
    value::{Value, own},
};

type Hash = IndexMap<Bytes, Bytes>;

fn read<'a>(access: &'a Access<'_>, key: &[u8]) -> Result<Option<&'a Hash>, Fault> {
    match access.get(key).map(|entry| &entry.value) {
        None => Ok(None),
        Some(Value::Hash(hash)) => Ok(Some(hash)),
        Some(_) => Err(WRONG_TYPE),
    }
}

/// Changes a hash, which is made if there is none, and let go when it is empty.
fn change<T>(
    access: &mut Access<'_>,
    key: &[u8],
    change: impl FnOnce(&mut Hash) -> T,
) -> Result<T, Fault> {
    if read(access, key)?.is_none() {
        access.set(key, Value::Hash(Hash::new()));
    }
    let Some(Value::Hash(hash)) = access.keyspace.change(access.database, key) else {
        return Err(WRONG_TYPE);
    };
    let changed = change(hash);
    if hash.is_empty() {
        access.remove(key);
    }
    Ok(changed)
}

pub(crate) fn hset(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, pairs) = (&words[0], &words[1..]);
    if pairs.len() % 2 != 0 {
        return Err(access.wrong_arity());
    }
    let added = change(access, key, |hash| {
        let set = |pair: &&[Bytes]| hash.insert(own(&pair[0]), own(&pair[1])).is_none();
        pairs.chunks_exact(2).filter(set).count()
    })?;
    Ok(Frame::count(added))
}

pub(crate) fn hmset(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    hset(access, words).map(|_| Frame::OK)
}

pub(crate) fn hsetnx(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    if read(access, &words[0])?.is_some_and(|hash| hash.contains_key(&words[1])) {
        return Ok(Frame::Integer(0));
    }
    change(access, &words[0], |hash| hash.insert(own(&words[1]), own(&words[2])))?;
    Ok(Frame::Integer(1))
}

pub(crate) fn hget(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let hash = read(access, &words[0])?;
    Ok(Frame::maybe(hash.and_then(|hash| hash.get(&words[1]).cloned())))
}

pub(crate) fn hmget(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let hash = read(access, &words[0])?;
    let get = |field| Frame::maybe(hash.and_then(|hash| hash.get(field).cloned()));
    Ok(Frame::Array(words[1..].iter().map(get).collect()))
}

pub(crate) fn hgetall(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let pairs = read(access, &words[0])?.into_iter().flatten();
    let pair = |(field, value): (&Bytes, &Bytes)| {
        (Frame::Bulk(field.clone()), Frame::Bulk(value.clone()))
    };
    Ok(Frame::Map(pairs.map(pair).collect()))
}

pub(crate) fn hkeys(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let fields = read(access, &words[0])?.into_iter().flat_map(Hash::keys);
    Ok(Frame::Array(fields.cloned().map(Frame::Bulk).collect()))
}

pub(crate) fn hvals(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let values = read(access, &words[0])?.into_iter().flat_map(Hash::values);
    Ok(Frame::Array(values.cloned().map(Frame::Bulk).collect()))
}

pub(crate) fn hlen(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::count(read(access, &words[0])?.map_or(0, Hash::len)))
}

pub(crate) fn hexists(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let hash = read(access, &words[0])?;
    Ok(Frame::flag(hash.is_some_and(|hash| hash.contains_key(&words[1]))))
}

pub(crate) fn hstrlen(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let value = read(access, &words[0])?.and_then(|hash| hash.get(&words[1]));
    Ok(Frame::count(value.map_or(0, Bytes::len)))
}

pub(crate) fn hdel(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    if read(access, &words[0])?.is_none() {
        return Ok(Frame::Integer(0));
    }
    // Removing shifts what comes after, so the order is the order of arrival.
    let removed = change(access, &words[0], |hash| {
        words[1..].iter().filter(|field| hash.shift_remove(*field).is_some()).count()
    })?;
    Ok(Frame::count(removed))
}

pub(crate) fn hincrby(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let amount = integer(&words[2])?;
    let old = match read(access, &words[0])?.and_then(|hash| hash.get(&words[1])) {
        Some(text) => {
            parse_integer(text).ok_or(Fault("ERR hash value is not an integer".into()))?
        }
        None => 0,
    };
    let overflow = Fault("ERR increment or decrement would overflow".into());
    let new = old.checked_add(amount).ok_or(overflow)?;
    change(access, &words[0], |hash| hash.insert(own(&words[1]), new.to_string().into()))?;
    Ok(Frame::Integer(new))
}
