//! Commands for keys of any type.

use bytes::Bytes;

use crate::{frame::Frame, glob, number::parse_integer};

use super::{
    access::{Access, Fault, NO_KEY, Outcome, SYNTAX, Unit, database_at, integer},
    collections::random_below,
    events::{Class, Event},
};

pub(crate) fn del(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::count(words.iter().filter(|key| access.remove(key)).count()))
}

pub(crate) fn exists(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let database = access.database;
    let is_there = |key: &&Bytes| access.keyspace.read(database, key).is_some();
    Ok(Frame::count(words.iter().filter(is_there).count()))
}

pub(crate) fn kind(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::Simple(access.get(&words[0]).map_or("none", |entry| entry.value.kind())))
}

pub(crate) fn keys(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let Access { keyspace, database, .. } = access;
    let live = keyspace.database(*database).iter().filter(|(_, entry)| keyspace.is_live(entry));
    let fitting = live.map(|(key, _)| key).filter(|key| glob::matches(&words[0], key));
    Ok(Frame::Array(fitting.map(|key| Frame::Bulk(key.to_bytes())).collect()))
}

pub(crate) fn randomkey(access: &mut Access<'_>, _: &[Bytes]) -> Outcome {
    let Access { keyspace, database, .. } = access;
    loop {
        let keys = keyspace.database(*database);
        let entry = random_below(keys.len()).and_then(|at| keys.get_index(at));
        match entry.map(|(key, entry)| (key.clone(), keyspace.is_live(entry))) {
            None => return Ok(Frame::Null),
            Some((key, true)) => return Ok(Frame::Bulk(key.into_bytes())),
            Some((key, false)) => keyspace.forget(*database, &key),
        }
    }
}

pub(crate) fn dbsize(access: &mut Access<'_>, _: &[Bytes]) -> Outcome {
    Ok(Frame::count(access.keyspace.database(access.database).len()))
}

pub(crate) fn flushdb(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    check_flush(words)?;
    access.keyspace.clear(access.database);
    Ok(Frame::OK)
}

pub(crate) fn flushall(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    check_flush(words)?;
    for database in 0..access.keyspace.databases() {
        access.keyspace.clear(database);
    }
    Ok(Frame::OK)
}

fn check_flush(words: &[Bytes]) -> Result<(), Fault> {
    match words {
        [] => Ok(()),
        [how] if how.eq_ignore_ascii_case(b"ASYNC") || how.eq_ignore_ascii_case(b"SYNC") => Ok(()),
        _ => Err(SYNTAX),
    }
}

pub(crate) fn rename(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    if !access.exists(&words[0]) {
        return Err(NO_KEY);
    }
    if words[0] == words[1] {
        return Ok(Frame::OK);
    }
    let entry = access.keyspace.take(access.database, &words[0]).ok_or(NO_KEY)?;
    access.replace(&words[1], entry);
    access.notify(Event(Class::Generic, "rename_from"), &words[0]);
    access.notify(Event(Class::Generic, "rename_to"), &words[1]);
    Ok(Frame::OK)
}

pub(crate) fn renamenx(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    if !access.exists(&words[0]) {
        return Err(NO_KEY);
    }
    if access.exists(&words[1]) {
        return Ok(Frame::Integer(0));
    }
    rename(access, words)?;
    Ok(Frame::Integer(1))
}

pub(crate) fn r#move(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, database) = (&words[0], database_at(&words[1], access.keyspace.databases())?);
    if database == access.database {
        return Err(Fault("ERR source and destination objects are the same".into()));
    }
    access.keyspace.forget(database, key);
    if access.keyspace.get(database, key).is_some() {
        return Ok(Frame::Integer(0));
    }
    let Some(entry) = access.keyspace.take(access.database, key) else {
        return Ok(Frame::Integer(0));
    };
    let to = &mut Access::new(access.keyspace, database, access.word());
    to.set_until(key, entry.value, entry.deadline);
    access.notify(Event(Class::Generic, "move_from"), key);
    access.keyspace.events.notify(Event(Class::Generic, "move_to"), database, key);
    Ok(Frame::Integer(1))
}

pub(crate) fn swapdb(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let database = |word: &[u8], which: &str| {
        let number = parse_integer(word).and_then(|number| i32::try_from(number).ok());
        number.ok_or_else(|| Fault::from(format!("ERR invalid {which} DB index")))
    };
    let (one, other) = (database(&words[0], "first")?, database(&words[1], "second")?);
    let in_range = |number: i32| {
        let number = usize::try_from(number).ok();
        let number = number.filter(|number| *number < access.keyspace.databases());
        number.ok_or(Fault("ERR DB index is out of range".into()))
    };
    let (one, other) = (in_range(one)?, in_range(other)?);
    if one != other {
        access.keyspace.swap(one, other);
    }
    Ok(Frame::OK)
}

/// Runs `OBJECT`. It knows the encoding that Redis uses for such a value by default, and that values are not shared.
pub(crate) fn object(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let [subcommand, key] = words else {
        return Err(Fault("ERR wrong number of arguments for 'object' command".into()));
    };
    let Some(entry) = access.get(key) else {
        return Ok(Frame::Null);
    };
    let wants_encoding = subcommand.eq_ignore_ascii_case(b"ENCODING");
    Ok(if wants_encoding { Frame::word(entry.value.encoding()) } else { Frame::Integer(1) })
}

pub(crate) fn copy(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (from, to) = (&words[0], &words[1]);
    let (mut database, mut replaces) = (access.database, false);
    let mut options = &words[2..];
    while let [option, rest @ ..] = options {
        options = rest;
        if option.eq_ignore_ascii_case(b"REPLACE") {
            replaces = true;
        } else if option.eq_ignore_ascii_case(b"DB")
            && let [number, rest @ ..] = options
        {
            database = database_at(number, access.keyspace.databases())?;
            options = rest;
        } else {
            return Err(SYNTAX);
        }
    }
    if database == access.database && from == to {
        return Err(Fault("ERR source and destination objects are the same".into()));
    }
    let Some(entry) = access.get(from).cloned() else {
        return Ok(Frame::Integer(0));
    };
    access.keyspace.forget(database, to);
    if access.keyspace.get(database, to).is_some() && !replaces {
        return Ok(Frame::Integer(0));
    }
    let target = &mut Access::new(access.keyspace, database, access.word());
    target.replace(to, entry);
    target.notify(Event(Class::Generic, "copy_to"), to);
    Ok(Frame::Integer(1))
}

pub(crate) fn expire(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    set_deadline(access, words, Unit::Seconds)
}

pub(crate) fn pexpire(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    set_deadline(access, words, Unit::Milliseconds)
}

pub(crate) fn expireat(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    set_deadline(access, words, Unit::UnixSeconds)
}

pub(crate) fn pexpireat(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    set_deadline(access, words, Unit::UnixMilliseconds)
}

/// The options of `EXPIRE`, which restrict when a deadline is set.
#[derive(Default)]
struct Conditions {
    if_none: bool,
    if_any: bool,
    if_later: bool,
    if_earlier: bool,
}

impl Conditions {
    fn parse(words: &[Bytes]) -> Result<Self, Fault> {
        let mut conditions = Self::default();
        for word in words {
            match word.to_ascii_uppercase().as_slice() {
                b"NX" => conditions.if_none = true,
                b"XX" => conditions.if_any = true,
                b"GT" => conditions.if_later = true,
                b"LT" => conditions.if_earlier = true,
                _ => {
                    let option = String::from_utf8_lossy(word);
                    return Err(format!("ERR Unsupported option {option}").into());
                }
            }
        }
        let Self { if_none, if_any, if_later, if_earlier } = conditions;
        if if_none && (if_any || if_later || if_earlier) {
            let text = "ERR NX and XX, GT or LT options at the same time are not compatible";
            return Err(Fault(text.into()));
        }
        if if_later && if_earlier {
            let text = "ERR GT and LT options at the same time are not compatible";
            return Err(Fault(text.into()));
        }
        Ok(conditions)
    }

    /// A key without a deadline counts as never expiring.
    fn allow(&self, before: Option<i64>, after: i64) -> bool {
        let Self { if_none, if_any, if_later, if_earlier } = self;
        !(*if_none && before.is_some()
            || *if_any && before.is_none()
            || *if_later && before.is_none_or(|before| after <= before)
            || *if_earlier && before.is_some_and(|before| after >= before))
    }
}

fn set_deadline(access: &mut Access<'_>, words: &[Bytes], unit: Unit) -> Outcome {
    let (key, number) = (&words[0], &words[1]);
    let conditions = Conditions::parse(&words[2..])?;
    let deadline = access.absolute(unit, integer(number)?);
    let invalid = || Fault::from(format!("ERR invalid expire time in '{}' command", access.name()));
    let deadline = deadline.ok_or_else(invalid)?;
    let Some(entry) = access.get(key) else {
        return Ok(Frame::Integer(0));
    };
    if !conditions.allow(entry.deadline, deadline) {
        return Ok(Frame::Integer(0));
    }
    access.set_deadline(key, deadline);
    Ok(Frame::Integer(1))
}

pub(crate) fn persist(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::flag(access.forget_deadline(&words[0])))
}

pub(crate) fn ttl(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    time_of(access, &words[0], |deadline, now| (deadline - now).saturating_add(500) / 1000)
}

pub(crate) fn pttl(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    time_of(access, &words[0], |deadline, now| deadline - now)
}

pub(crate) fn expiretime(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    time_of(access, &words[0], |deadline, _| deadline.saturating_add(500) / 1000)
}

pub(crate) fn pexpiretime(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    time_of(access, &words[0], |deadline, _| deadline)
}

fn time_of(access: &mut Access<'_>, key: &[u8], time: impl Fn(i64, i64) -> i64) -> Outcome {
    Ok(Frame::Integer(match access.get(key) {
        None => -2,
        Some(entry) => entry.deadline.map_or(-1, |deadline| time(deadline, access.now())),
    }))
}

pub(crate) fn time(access: &mut Access<'_>, _: &[Bytes]) -> Outcome {
    let micros = access.keyspace.clock.micros();
    let parts = [micros / 1_000_000, micros % 1_000_000];
    Ok(Frame::Array(parts.into_iter().map(|part| Frame::text(part.to_string())).collect()))
}
