//! List commands.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::frame::Frame;

use super::{
    access::{Access, Fault, NO_KEY, NOT_POSITIVE, Outcome, integer},
    collections::{Collection, change, make, range, read},
    events::{Class, Event},
    value::{Value, own},
};

pub(crate) type List = VecDeque<Bytes>;

/// An end of a list or of a sorted set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Front,
    Back,
}

impl End {
    pub(crate) fn pop(self, list: &mut List) -> Option<Bytes> {
        match self {
            Self::Front => list.pop_front(),
            Self::Back => list.pop_back(),
        }
    }

    pub(crate) fn push(self, list: &mut List, element: Bytes) {
        match self {
            Self::Front => list.push_front(element),
            Self::Back => list.push_back(element),
        }
    }

    pub(crate) fn popped(self) -> Event {
        Event(Class::List, if self == Self::Front { "lpop" } else { "rpop" })
    }

    pub(crate) fn pushed(self) -> Event {
        Event(Class::List, if self == Self::Front { "lpush" } else { "rpush" })
    }
}

impl Collection for List {
    fn of(value: &Value) -> Option<&Self> {
        match value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    fn of_mut(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::List(self)
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

pub(crate) fn lpush(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    push(access, words, true, End::Front)
}

pub(crate) fn rpush(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    push(access, words, true, End::Back)
}

pub(crate) fn lpushx(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    push(access, words, false, End::Front)
}

pub(crate) fn rpushx(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    push(access, words, false, End::Back)
}

fn push(access: &mut Access<'_>, words: &[Bytes], makes: bool, end: End) -> Outcome {
    let (key, values) = (&words[0], &words[1..]);
    if makes {
        make::<List>(access, key)?;
    }
    let length = change(access, key, end.pushed(), |list: &mut List| {
        values.iter().for_each(|value| end.push(list, own(value)));
        list.len()
    })?;
    Ok(Frame::count(length.unwrap_or(0)))
}

pub(crate) fn lpop(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    pop(access, words, End::Front)
}

pub(crate) fn rpop(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    pop(access, words, End::Back)
}

fn pop(access: &mut Access<'_>, words: &[Bytes], end: End) -> Outcome {
    match words {
        [key] => {
            let popped = change(access, key, end.popped(), |list| end.pop(list))?;
            Ok(Frame::maybe(popped.flatten()))
        }
        [key, count] => {
            let count = integer(count).ok().and_then(|count| usize::try_from(count).ok());
            let count = count.ok_or(NOT_POSITIVE)?;
            let popped: Option<Vec<Frame>> = change(access, key, end.popped(), |list| {
                std::iter::from_fn(|| end.pop(list)).take(count).map(Frame::Bulk).collect()
            })?;
            Ok(popped.map_or(Frame::NullArray, Frame::Array))
        }
        _ => Err(access.wrong_arity()),
    }
}

pub(crate) fn llen(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::count(read::<List>(access, &words[0])?.map_or(0, List::len)))
}

pub(crate) fn lrange(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (start, end) = (integer(&words[1])?, integer(&words[2])?);
    let Some(list) = read::<List>(access, &words[0])? else {
        return Ok(Frame::Array(Vec::new()));
    };
    let range = range(start, end, list.len());
    Ok(Frame::Array(list.range(range).cloned().map(Frame::Bulk).collect()))
}

pub(crate) fn lindex(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let Some(list) = read::<List>(access, &words[0])? else {
        return Ok(Frame::Null);
    };
    let place = place(integer(&words[1])?, list.len());
    Ok(Frame::maybe(place.and_then(|place| list.get(place).cloned())))
}

pub(crate) fn lset(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, value) = (&words[0], &words[2]);
    let length = read::<List>(access, key)?.ok_or(NO_KEY)?.len();
    let at = integer(&words[1])?;
    let place = place(at, length).ok_or(Fault("ERR index out of range".into()))?;
    change(access, key, Event(Class::List, "lset"), |list: &mut List| list[place] = own(value))?;
    Ok(Frame::OK)
}

pub(crate) fn ltrim(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (start, end) = (integer(&words[1])?, integer(&words[2])?);
    change(access, &words[0], Event(Class::List, "ltrim"), |list: &mut List| {
        let range = range(start, end, list.len());
        list.truncate(range.end);
        list.drain(..range.start);
    })?;
    Ok(Frame::OK)
}

pub(crate) fn lrem(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (count, value) = (integer(&words[1])?, &words[2]);
    let most = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let most = if most == 0 { usize::MAX } else { most };
    let removed = change(access, &words[0], Event(Class::List, "lrem"), |list: &mut List| {
        let before = list.len();
        let found = list.iter().filter(|element| *element == value).count();
        let removed = found.min(most);
        // From the front, the first ones are removed; from the back, the last ones.
        let mut kept = if count < 0 { found - removed } else { 0 };
        let mut left = removed;
        list.retain(|element| {
            if left == 0 || element != value {
                return true;
            }
            if kept > 0 {
                kept -= 1;
                return true;
            }
            left -= 1;
            false
        });
        before - list.len()
    })?;
    Ok(Frame::count(removed.unwrap_or(0)))
}

/// Converts a position to an index. A negative position counts from the end.
fn place(at: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let place = if at < 0 { at.checked_add(length)? } else { at };
    usize::try_from(place).ok().filter(|_| place < length)
}
