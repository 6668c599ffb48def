//! Set commands.

use bytes::Bytes;
use indexmap::IndexSet;

use crate::frame::Frame;

use super::{
    access::{Access, NOT_POSITIVE, Outcome, SYNTAX, integer},
    collections::{Collection, change, make, random_below, read},
    value::{Value, own},
};

pub(crate) type Set = IndexSet<Bytes>;

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
    let added = change(access, key, |set: &mut Set| {
        members.iter().filter(|member| !set.contains(*member) && set.insert(own(member))).count()
    })?;
    Ok(Frame::count(added.unwrap_or(0)))
}

pub(crate) fn srem(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let removed = change(access, &words[0], |set: &mut Set| {
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

pub(crate) fn spop(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let take = |set: &mut Set| random_below(set.len()).and_then(|at| set.swap_remove_index(at));
    match words {
        [key] => Ok(Frame::maybe(change(access, key, take)?.flatten())),
        [key, count] => {
            let count = integer(count).ok().and_then(|count| usize::try_from(count).ok());
            let count = count.ok_or(NOT_POSITIVE)?;
            let taken: Option<Vec<Frame>> = change(access, key, |set| {
                std::iter::from_fn(|| take(set)).take(count).map(Frame::Bulk).collect()
            })?;
            Ok(Frame::Set(taken.unwrap_or_default()))
        }
        _ => Err(SYNTAX),
    }
}
