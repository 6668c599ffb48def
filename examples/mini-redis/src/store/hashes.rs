//! Hash commands.

use bytes::Bytes;
use indexmap::IndexMap;

use crate::{frame::Frame, number::parse_integer};

use super::{
    access::{Access, Fault, Outcome, integer},
    collections::{Collection, change, make, read},
    events::{Class, Event},
    value::{Value, own},
};

/// The maximum number of fields of a hash that stay in insertion order. The default of Redis.
const MAX_ORDERED: usize = 512;

pub(crate) type Hash = IndexMap<Bytes, Bytes>;

impl Collection for Hash {
    fn of(value: &Value) -> Option<&Self> {
        match value {
            Value::Hash(hash) => Some(hash),
            _ => None,
        }
    }

    fn of_mut(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::Hash(hash) => Some(hash),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::Hash(Box::new(self))
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// Sets fields, and creates the hash if there is none.
fn set(
    access: &mut Access<'_>,
    key: &Bytes,
    event: &'static str,
    pairs: impl IntoIterator<Item = (Bytes, Bytes)>,
) -> Result<(), Fault> {
    make::<Hash>(access, key)?;
    change(access, key, Event(Class::Hash, event), |hash: &mut Hash| hash.extend(pairs))?;
    Ok(())
}

pub(crate) fn hset(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, pairs) = (&words[0], &words[1..]);
    if !pairs.len().is_multiple_of(2) {
        return Err(access.wrong_arity());
    }
    let before = read::<Hash>(access, key)?.map_or(0, Hash::len);
    let pairs = pairs.chunks_exact(2).map(|pair| (own(&pair[0]), own(&pair[1])));
    set(access, key, "hset", pairs)?;
    let after = read::<Hash>(access, key)?.map_or(0, Hash::len);
    Ok(Frame::count(after - before))
}

pub(crate) fn hmset(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    hset(access, words).map(|_| Frame::OK)
}

pub(crate) fn hsetnx(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    if read::<Hash>(access, &words[0])?.is_some_and(|hash| hash.contains_key(&words[1])) {
        return Ok(Frame::Integer(0));
    }
    set(access, &words[0], "hset", [(own(&words[1]), own(&words[2]))])?;
    Ok(Frame::Integer(1))
}

pub(crate) fn hget(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let hash = read::<Hash>(access, &words[0])?;
    Ok(Frame::maybe(hash.and_then(|hash| hash.get(&words[1]).cloned())))
}

pub(crate) fn hmget(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let hash = read::<Hash>(access, &words[0])?;
    let get = |field| Frame::maybe(hash.and_then(|hash| hash.get(field).cloned()));
    Ok(Frame::Array(words[1..].iter().map(get).collect()))
}

pub(crate) fn hgetall(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let pairs = read::<Hash>(access, &words[0])?.into_iter().flatten();
    let pair =
        |(field, value): (&Bytes, &Bytes)| (Frame::Bulk(field.clone()), Frame::Bulk(value.clone()));
    Ok(Frame::Map(pairs.map(pair).collect()))
}

pub(crate) fn hkeys(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let fields = read::<Hash>(access, &words[0])?.into_iter().flat_map(Hash::keys);
    Ok(Frame::Array(fields.cloned().map(Frame::Bulk).collect()))
}

pub(crate) fn hvals(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let values = read::<Hash>(access, &words[0])?.into_iter().flat_map(Hash::values);
    Ok(Frame::Array(values.cloned().map(Frame::Bulk).collect()))
}

pub(crate) fn hlen(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::count(read::<Hash>(access, &words[0])?.map_or(0, Hash::len)))
}

pub(crate) fn hexists(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let hash = read::<Hash>(access, &words[0])?;
    Ok(Frame::flag(hash.is_some_and(|hash| hash.contains_key(&words[1]))))
}

pub(crate) fn hstrlen(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let value = read::<Hash>(access, &words[0])?.and_then(|hash| hash.get(&words[1]));
    Ok(Frame::count(value.map_or(0, Bytes::len)))
}

pub(crate) fn hdel(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let removed = change(access, &words[0], Event(Class::Hash, "hdel"), |hash: &mut Hash| {
        words[1..].iter().filter(|field| remove(hash, field)).count()
    })?;
    Ok(Frame::count(removed.unwrap_or(0)))
}

/// Removes a field. As in Redis, the others stay in insertion order only if they are few, because that takes
/// time for each of them.
fn remove(hash: &mut Hash, field: &Bytes) -> bool {
    let removed =
        if hash.len() <= MAX_ORDERED { hash.shift_remove(field) } else { hash.swap_remove(field) };
    removed.is_some()
}

pub(crate) fn hincrby(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let amount = integer(&words[2])?;
    let old = match read::<Hash>(access, &words[0])?.and_then(|hash| hash.get(&words[1])) {
        Some(text) => {
            parse_integer(text).ok_or(Fault("ERR hash value is not an integer".into()))?
        }
        None => 0,
    };
    let overflow = Fault("ERR increment or decrement would overflow".into());
    let new = old.checked_add(amount).ok_or(overflow)?;
    set(access, &words[0], "hincrby", [(own(&words[1]), new.to_string().into())])?;
    Ok(Frame::Integer(new))
}
