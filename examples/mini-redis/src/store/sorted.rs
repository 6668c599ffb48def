//! Sorted sets, and the commands for them.

use std::{cmp::Ordering, collections::BTreeSet};

use bytes::Bytes;
use indexmap::IndexMap;

use crate::frame::Frame;

use super::{
    access::{Access, Fault, NOT_POSITIVE, Outcome, SYNTAX, WRONG_TYPE, float, integer},
    collections::range,
    value::{Value, own},
};

/// A score, which has an order because it is never `nan`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Score(f64);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        // Unlike `total_cmp` this holds the two zeros equal, so that their members are in order.
        self.0.partial_cmp(&other.0).unwrap_or(Ordering::Equal)
    }
}

/// Members by score, and by name where the scores are equal.
#[derive(Clone, Debug, Default)]
pub(crate) struct SortedSet {
    scores: IndexMap<Bytes, Score>,
    order: BTreeSet<(Score, Bytes)>,
}

impl SortedSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    fn len(&self) -> usize {
        self.scores.len()
    }

    fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).map(|score| score.0)
    }

    fn insert(&mut self, member: &Bytes, score: f64) {
        self.remove(member);
        let member = own(member);
        self.scores.insert(member.clone(), Score(score));
        self.order.insert((Score(score), member));
    }

    fn remove(&mut self, member: &[u8]) -> bool {
        let Some((member, score)) = self.scores.swap_remove_entry(member) else {
            return false;
        };
        self.order.remove(&(score, member))
    }

    fn pop(&mut self, from_top: bool) -> Option<(Bytes, f64)> {
        let popped = if from_top { self.order.pop_last() } else { self.order.pop_first() };
        let (score, member) = popped?;
        self.scores.swap_remove(&member);
        Some((member, score.0))
    }
}

fn read<'a>(access: &'a Access<'_>, key: &[u8]) -> Result<Option<&'a SortedSet>, Fault> {
    match access.get(key).map(|entry| &entry.value) {
        None => Ok(None),
        Some(Value::Sorted(sorted)) => Ok(Some(sorted)),
        Some(_) => Err(WRONG_TYPE),
    }
}

/// Changes a sorted set that is there, and lets it go when that empties it.
fn change<T>(
    access: &mut Access<'_>,
    key: &[u8],
    change: impl FnOnce(&mut SortedSet) -> T,
) -> Result<Option<T>, Fault> {
    if read(access, key)?.is_none() {
        return Ok(None);
    }
    let Some(Value::Sorted(sorted)) = access.keyspace.change(access.database, key) else {
        return Ok(None);
    };
    let changed = change(sorted);
    if sorted.is_empty() {
        access.remove(key);
    }
    Ok(Some(changed))
}

/// What `ZADD` is asked for.
#[derive(Default)]
struct AddOptions {
    only_new: bool,
    only_old: bool,
    only_higher: bool,
    only_lower: bool,
    counts_changes: bool,
    adds_up: bool,
}

impl AddOptions {
    fn parse(words: &[Bytes]) -> (Self, &[Bytes]) {
        let mut options = Self::default();
        let mut rest = words;
        while let [word, tail @ ..] = rest {
            match word.to_ascii_uppercase().as_slice() {
                b"NX" => options.only_new = true,
                b"XX" => options.only_old = true,
                b"GT" => options.only_higher = true,
                b"LT" => options.only_lower = true,
                b"CH" => options.counts_changes = true,
                b"INCR" => options.adds_up = true,
                _ => break,
            }
            rest = tail;
        }
        (options, rest)
    }

    fn check(&self, pairs: &[Bytes]) -> Result<(), Fault> {
        if pairs.is_empty() || pairs.len() % 2 != 0 {
            return Err(SYNTAX);
        }
        let text = if self.only_new && self.only_old {
            "ERR XX and NX options at the same time are not compatible"
        } else if self.only_higher && (self.only_new || self.only_lower)
            || self.only_lower && self.only_new
        {
            "ERR GT, LT, and/or NX options at the same time are not compatible"
        } else if self.adds_up && pairs.len() > 2 {
            "ERR INCR option supports a single increment-element pair"
        } else {
            return Ok(());
        };
        Err(Fault(text.into()))
    }

    /// The new score of a member, if it gets one.
    fn score(&self, old: Option<f64>, given: f64) -> Result<Option<f64>, Fault> {
        if old.is_some() && self.only_new || old.is_none() && self.only_old {
            return Ok(None);
        }
        let new = if self.adds_up { old.unwrap_or(0.0) + given } else { given };
        if new.is_nan() {
            return Err(Fault("ERR resulting score is not a number (NaN)".into()));
        }
        let is_barred = old.is_some_and(|old| {
            self.only_higher && new <= old || self.only_lower && new >= old
        });
        Ok((!is_barred).then_some(new))
    }
}

pub(crate) fn zadd(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, (options, pairs)) = (&words[0], AddOptions::parse(&words[1..]));
    options.check(pairs)?;
    let pairs = pairs.chunks_exact(2).map(|pair| Ok((float(&pair[0])?, &pair[1])));
    let pairs = pairs.collect::<Result<Vec<_>, Fault>>()?;
    if read(access, key)?.is_none() {
        if options.only_old {
            return Ok(if options.adds_up { Frame::Null } else { Frame::Integer(0) });
        }
        access.set(key, Value::Sorted(SortedSet::default()));
    }
    let (mut added, mut changed, mut last) = (0, 0, None);
    let done: Option<Result<(), Fault>> = change(access, key, |sorted| {
        for (given, member) in pairs {
            let old = sorted.score(member);
            last = options.score(old, given)?;
            let Some(new) = last.filter(|new| old != Some(*new)) else {
                continue;
            };
            sorted.insert(member, new);
            added += usize::from(old.is_none());
            changed += 1;
        }
        Ok(())
    })?;
    done.unwrap_or(Ok(()))?;
    Ok(match (options.adds_up, options.counts_changes) {
        (true, _) => last.map_or(Frame::Null, Frame::Double),
        (false, true) => Frame::count(changed),
        (false, false) => Frame::count(added),
    })
}

pub(crate) fn zincrby(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let incr = Bytes::from_static(b"INCR");
    zadd(access, &[words[0].clone(), incr, words[1].clone(), words[2].clone()])
}

pub(crate) fn zrem(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let removed = change(access, &words[0], |sorted| {
        words[1..].iter().filter(|member| sorted.remove(member)).count()
    })?;
    Ok(Frame::count(removed.unwrap_or(0)))
}

pub(crate) fn zcard(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::count(read(access, &words[0])?.map_or(0, SortedSet::len)))
}

pub(crate) fn zscore(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let score = read(access, &words[0])?.and_then(|sorted| sorted.score(&words[1]));
    Ok(score.map_or(Frame::Null, Frame::Double))
}

pub(crate) fn zpopmin(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    pop(access, words, false)
}

pub(crate) fn zpopmax(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    pop(access, words, true)
}

/// With a number RESP3 has pairs, as it has from `ZRANGE`; without one, and in RESP2, all is flat.
fn pop(access: &mut Access<'_>, words: &[Bytes], from_top: bool) -> Outcome {
    let count = match words {
        [_] => 1,
        [_, count] => {
            let count = integer(count).ok().and_then(|count| usize::try_from(count).ok());
            count.ok_or(NOT_POSITIVE)?
        }
        _ => return Err(SYNTAX),
    };
    let popped = change(access, &words[0], |sorted| {
        std::iter::from_fn(|| sorted.pop(from_top)).take(count).collect::<Vec<_>>()
    })?;
    let flat = |(member, score)| [Frame::Bulk(member), Frame::Double(score)];
    Ok(Frame::Array(popped.unwrap_or_default().into_iter().flat_map(flat).collect()))
}

pub(crate) fn zrange(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (mut is_reversed, mut with_scores) = (false, false);
    for option in &words[3..] {
        match option.to_ascii_uppercase().as_slice() {
            b"REV" => is_reversed = true,
            b"WITHSCORES" => with_scores = true,
            _ => return Err(SYNTAX),
        }
    }
    let (start, end) = (integer(&words[1])?, integer(&words[2])?);
    let Some(sorted) = read(access, &words[0])? else {
        return Ok(Frame::Array(Vec::new()));
    };
    let range = range(start, end, sorted.len());
    let (skipped, taken) = (range.start, range.len());
    let mut frames = Vec::new();
    let mut add = |(score, member): &(Score, Bytes)| {
        frames.push(Frame::Bulk(member.clone()));
        if with_scores {
            frames.push(Frame::Double(score.0));
        }
    };
    if is_reversed {
        sorted.order.iter().rev().skip(skipped).take(taken).for_each(&mut add);
    } else {
        sorted.order.iter().skip(skipped).take(taken).for_each(&mut add);
    }
    Ok(Frame::Array(frames))
}
