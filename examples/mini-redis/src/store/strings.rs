//! String commands, including arithmetic.

use bytes::{Bytes, BytesMut};

use crate::{
    frame::Frame,
    number::{add_floats, parse_float, parse_integer},
    scan::MAX_BULK,
};

use super::{
    access::{Access, Fault, NO_FLOAT, NO_INTEGER, Outcome, SYNTAX, Unit, WRONG_TYPE, integer},
    blob::Blob,
    events::Event,
    value::Value,
};

pub(crate) fn get(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    access.read_string(&words[0]).map(Frame::maybe)
}

/// The options of `SET`.
#[derive(Default)]
struct SetOptions {
    only_if: Option<OnlyIf>,
    wants_old: bool,
    lifetime: Lifetime,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OnlyIf {
    Missing,
    There,
}

/// The deadline of a key that is set.
#[derive(Default, PartialEq, Eq)]
enum Lifetime {
    #[default]
    Unlimited,
    AsBefore,
    Until(Unit, Bytes),
}

impl SetOptions {
    fn parse(mut words: &[Bytes]) -> Result<Self, Fault> {
        let mut options = Self::default();
        while let [word, rest @ ..] = words {
            words = rest;
            match word.to_ascii_uppercase().as_slice() {
                b"NX" if options.only_if != Some(OnlyIf::There) => {
                    options.only_if = Some(OnlyIf::Missing);
                }
                b"XX" if options.only_if != Some(OnlyIf::Missing) => {
                    options.only_if = Some(OnlyIf::There);
                }
                b"GET" => options.wants_old = true,
                b"KEEPTTL" if !matches!(options.lifetime, Lifetime::Until(..)) => {
                    options.lifetime = Lifetime::AsBefore;
                }
                name => {
                    let unit = Unit::of_option(name).ok_or(SYNTAX)?;
                    let ([number, rest @ ..], Lifetime::Unlimited) = (words, &options.lifetime)
                    else {
                        return Err(SYNTAX);
                    };
                    options.lifetime = Lifetime::Until(unit, number.clone());
                    words = rest;
                }
            }
        }
        Ok(options)
    }
}

pub(crate) fn set(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let [key, value, options @ ..] = words else {
        return Err(access.wrong_arity());
    };
    let options = SetOptions::parse(options)?;
    let deadline = match &options.lifetime {
        Lifetime::Unlimited => None,
        Lifetime::AsBefore => access.deadline(key),
        Lifetime::Until(unit, number) => Some(access.deadline_of(*unit, number)?),
    };
    let old = if options.wants_old { access.read_string(key)? } else { None };
    let may_set = match options.only_if {
        None => true,
        Some(OnlyIf::Missing) => !access.exists(key),
        Some(OnlyIf::There) => access.exists(key),
    };
    if may_set {
        match options.lifetime {
            Lifetime::Until(..) => set_until(access, key, value, deadline),
            _ => {
                access.set_until(key, Value::String(Blob::of(value)), deadline);
                access.notify(Event::SET, key);
            }
        }
    }
    Ok(match (options.wants_old, may_set) {
        (true, _) => Frame::maybe(old),
        (false, true) => Frame::OK,
        (false, false) => Frame::Null,
    })
}

/// Stores a string with a new deadline.
fn set_until(access: &mut Access<'_>, key: &Bytes, value: &Bytes, deadline: Option<i64>) {
    access.set_until(key, Value::String(Blob::of(value)), deadline);
    access.notify(Event::SET, key);
    access.notify(Event::EXPIRE, key);
    if !access.exists(key) {
        access.notify(Event::EXPIRED, key);
    }
}

pub(crate) fn setnx(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let is_missing = !access.exists(&words[0]);
    if is_missing {
        access.set(&words[0], Blob::of(&words[1]));
    }
    Ok(Frame::flag(is_missing))
}

pub(crate) fn setex(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    set_for(access, words, Unit::Seconds)
}

pub(crate) fn psetex(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    set_for(access, words, Unit::Milliseconds)
}

fn set_for(access: &mut Access<'_>, words: &[Bytes], unit: Unit) -> Outcome {
    let deadline = access.deadline_of(unit, &words[1])?;
    set_until(access, &words[0], &words[2], Some(deadline));
    Ok(Frame::OK)
}

pub(crate) fn getset(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let old = access.read_string(&words[0])?;
    access.set(&words[0], Blob::of(&words[1]));
    Ok(Frame::maybe(old))
}

pub(crate) fn getdel(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let old = access.read_string(&words[0])?;
    access.remove(&words[0]);
    Ok(Frame::maybe(old))
}

pub(crate) fn getex(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let key = &words[0];
    let (unit, number) = match &words[1..] {
        [] => return get(access, words),
        [option] if option.eq_ignore_ascii_case(b"PERSIST") => (None, None),
        [option, number] => (Some(Unit::of_option(option).ok_or(SYNTAX)?), Some(number)),
        _ => return Err(SYNTAX),
    };
    let value = access.read_string(key)?;
    if value.is_some() {
        match (unit, number) {
            (Some(unit), Some(number)) => {
                let deadline = access.deadline_of(unit, number)?;
                access.set_deadline(key, deadline);
            }
            _ => {
                access.forget_deadline(key);
            }
        }
    }
    Ok(Frame::maybe(value))
}

pub(crate) fn mget(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    // A key of another type reads as missing, without an error.
    let read = |key: &Bytes| Frame::maybe(access.read_string(key).unwrap_or(None));
    Ok(Frame::Array(words.iter().map(read).collect()))
}

pub(crate) fn mset(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    if !words.len().is_multiple_of(2) {
        return Err(access.wrong_arity());
    }
    for pair in words.chunks_exact(2) {
        access.set(&pair[0], Blob::of(&pair[1]));
    }
    Ok(Frame::OK)
}

pub(crate) fn msetnx(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    if !words.len().is_multiple_of(2) {
        return Err(access.wrong_arity());
    }
    if words.chunks_exact(2).any(|pair| access.exists(&pair[0])) {
        return Ok(Frame::Integer(0));
    }
    mset(access, words)?;
    Ok(Frame::Integer(1))
}

pub(crate) fn incr(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    add(access, &words[0], 1)
}

pub(crate) fn decr(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    add(access, &words[0], -1)
}

pub(crate) fn incrby(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    add(access, &words[0], integer(&words[1])?)
}

pub(crate) fn decrby(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let amount = integer(&words[1])?.checked_neg();
    add(access, &words[0], amount.ok_or(Fault("ERR decrement would overflow".into()))?)
}

fn add(access: &mut Access<'_>, key: &[u8], amount: i64) -> Outcome {
    let old = match access.read_string(key)? {
        Some(text) => parse_integer(&text).ok_or(NO_INTEGER)?,
        None => 0,
    };
    let overflow = Fault("ERR increment or decrement would overflow".into());
    let new = old.checked_add(amount).ok_or(overflow)?;
    let text = Blob::copy_from_slice(itoa::Buffer::new().format(new).as_bytes());
    access.update(key, text, "incrby");
    Ok(Frame::Integer(new))
}

pub(crate) fn incrbyfloat(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let old = access.read_string(&words[0])?.unwrap_or(Bytes::from_static(b"0"));
    if parse_float(&old).is_none() || parse_float(&words[1]).is_none() {
        return Err(NO_FLOAT);
    }
    let infinite = Fault("ERR increment would produce NaN or Infinity".into());
    let new = Bytes::from(add_floats(&old, &words[1]).ok_or(infinite)?);
    access.update(&words[0], new.clone().into(), "incrbyfloat");
    Ok(Frame::Bulk(new))
}

pub(crate) fn strlen(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::count(access.read_string(&words[0])?.map_or(0, |text| text.len())))
}

pub(crate) fn append(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, more) = (&words[0], &words[1]);
    check_size(length(access, key)?, more.len())?;
    rewrite(access, key, "append", |text| {
        if text.is_empty() {
            return Blob::of(more);
        }
        let mut longer = BytesMut::from(text.into_bytes());
        longer.extend_from_slice(more);
        longer.freeze().into()
    })
}

pub(crate) fn setrange(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, part) = (&words[0], &words[2]);
    let offset = usize::try_from(integer(&words[1])?);
    let offset = offset.map_err(|_| Fault("ERR offset is out of range".into()))?;
    let length = length(access, key)?;
    if part.is_empty() {
        return Ok(Frame::count(length));
    }
    check_size(offset, part.len())?;
    overwrite(access, key, offset, part, "setrange")
}

/// Returns the length of a string. A missing one counts as empty.
fn length(access: &Access<'_>, key: &[u8]) -> Result<usize, Fault> {
    match access.get(key).map(|entry| &entry.value) {
        Some(Value::String(text)) => Ok(text.len()),
        Some(_) => Err(WRONG_TYPE),
        None => Ok(0),
    }
}

fn overwrite(
    access: &mut Access<'_>,
    key: &[u8],
    offset: usize,
    part: &[u8],
    event: &'static str,
) -> Outcome {
    rewrite(access, key, event, |text| {
        let mut text = BytesMut::from(text.into_bytes());
        let end = offset + part.len();
        if text.len() < end {
            text.resize(end, 0);
        }
        text[offset..end].copy_from_slice(part);
        text.freeze().into()
    })
}

/// Changes a string and keeps its deadline. A missing one counts as empty. Returns the new length.
///
/// `change` gets the string itself, and changes it in place unless a pending reply shares it.
fn rewrite(
    access: &mut Access<'_>,
    key: &[u8],
    event: &'static str,
    change: impl FnOnce(Blob) -> Blob,
) -> Outcome {
    let old = match access.keyspace.get_mut(access.database, key) {
        Some(Value::String(text)) => std::mem::take(text),
        Some(_) => return Err(WRONG_TYPE),
        None => Blob::default(),
    };
    let new = change(old);
    let length = new.len();
    access.update(key, new, event);
    Ok(Frame::count(length))
}

/// Parses the offset of a bit: the index of its byte, and the bit within it.
fn bit(word: &[u8]) -> Result<(usize, u8), Fault> {
    let offset = integer(word).ok().and_then(|offset| usize::try_from(offset).ok());
    let offset = offset.filter(|offset| offset / 8 < MAX_BULK);
    let offset = offset.ok_or(Fault("ERR bit offset is not an integer or out of range".into()))?;
    Ok((offset / 8, 0x80 >> (offset % 8)))
}

pub(crate) fn getbit(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (place, mask) = bit(&words[1])?;
    let text = access.read_string(&words[0])?.unwrap_or_default();
    Ok(Frame::flag(text.get(place).is_some_and(|byte| byte & mask != 0)))
}

pub(crate) fn setbit(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (place, mask) = bit(&words[1])?;
    let is_set = match &*words[2] {
        b"0" => false,
        b"1" => true,
        _ => return Err(Fault("ERR bit is not an integer or out of range".into())),
    };
    let byte = access.read_string(&words[0])?.and_then(|text| text.get(place).copied());
    let old = byte.unwrap_or(0);
    let new = if is_set { old | mask } else { old & !mask };
    if byte != Some(new) {
        overwrite(access, &words[0], place, &[new], "setbit")?;
    }
    Ok(Frame::flag(old & mask != 0))
}

pub(crate) fn getrange(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (start, end) = (integer(&words[1])?, integer(&words[2])?);
    let text = access.read_string(&words[0])?.unwrap_or_default();
    // Redis returns an empty string here without clamping the bounds.
    if start < 0 && end < 0 && start > end {
        return Ok(Frame::Bulk(Bytes::new()));
    }
    // A negative end before the start of the string counts as 0.
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let end = if end < 0 { end.saturating_add(length).max(0) } else { end };
    let range = super::collections::range(start, end, text.len());
    Ok(Frame::Bulk(text.slice(range)))
}

fn check_size(length: usize, more: usize) -> Result<(), Fault> {
    match length.checked_add(more) {
        Some(total) if total <= MAX_BULK => Ok(()),
        _ => Err(Fault("ERR string exceeds maximum allowed size (proto-max-bulk-len)".into())),
    }
}
