//! Sorted sets and their commands.

use std::cmp::Ordering;

use bytes::Bytes;
use indexmap::IndexMap;

use crate::frame::Frame;

use super::{
    access::{Access, Fault, NOT_POSITIVE, Outcome, SYNTAX, float, integer},
    collections::{Collection, change, make, range, read},
    events::{Class, Event},
    lists::End,
    ranked::Ranked,
    value::{Value, own},
};

/// A score. It is never `nan`, so scores are totally ordered.
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
        // Unlike `total_cmp`, this treats 0 and -0 as equal, so their members are ordered by name.
        self.0.partial_cmp(&other.0).unwrap_or(Ordering::Equal)
    }
}

/// A set ordered by score, and by name among equal scores.
#[derive(Clone, Debug, Default)]
pub(crate) struct SortedSet {
    scores: IndexMap<Bytes, Score>,
    order: Ranked<(Score, Bytes)>,
}

impl SortedSet {
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).map(|score| score.0)
    }

    /// Returns the member at an index, in no particular order, and its score.
    pub(crate) fn at(&self, place: usize) -> Option<(&Bytes, f64)> {
        self.scores.get_index(place).map(|(member, score)| (member, score.0))
    }

    pub(crate) fn insert(&mut self, member: &Bytes, score: f64) {
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

    pub(crate) fn pop(&mut self, from_top: bool) -> Option<(Bytes, f64)> {
        let popped = if from_top { self.order.pop_last() } else { self.order.pop_first() };
        let (score, member) = popped?;
        self.scores.swap_remove(&member);
        Some((member, score.0))
    }
}

impl Collection for SortedSet {
    fn of(value: &Value) -> Option<&Self> {
        match value {
            Value::Sorted(sorted) => Some(sorted),
            _ => None,
        }
    }

    fn of_mut(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::Sorted(sorted) => Some(sorted),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::Sorted(Box::new(self))
    }

    fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }
}

/// The options of `ZADD`.
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
        if pairs.is_empty() || !pairs.len().is_multiple_of(2) {
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

    /// Returns the new score of a member, or `None` if the options exclude it.
    pub(crate) fn score(&self, old: Option<f64>, given: f64) -> Result<Option<f64>, Fault> {
        if old.is_some() && self.only_new || old.is_none() && self.only_old {
            return Ok(None);
        }
        let new = if self.adds_up { old.unwrap_or(0.0) + given } else { given };
        if new.is_nan() {
            return Err(Fault("ERR resulting score is not a number (NaN)".into()));
        }
        let is_barred =
            old.is_some_and(|old| self.only_higher && new <= old || self.only_lower && new >= old);
        Ok((!is_barred).then_some(new))
    }
}

pub(crate) fn zadd(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let (key, (options, pairs)) = (&words[0], AddOptions::parse(&words[1..]));
    options.check(pairs)?;
    let pairs = pairs.chunks_exact(2).map(|pair| Ok((float(&pair[0])?, &pair[1])));
    let pairs = pairs.collect::<Result<Vec<_>, Fault>>()?;
    if read::<SortedSet>(access, key)?.is_none() && options.only_old {
        return Ok(if options.adds_up { Frame::Null } else { Frame::Integer(0) });
    }
    make::<SortedSet>(access, key)?;
    let (mut added, mut last) = (0, Ok(None));
    let event = Event(Class::Sorted, if options.adds_up { "zincr" } else { "zadd" });
    let changed = change(access, key, event, |sorted: &mut SortedSet| {
        let mut changed = 0;
        for (given, member) in pairs {
            let old = sorted.score(member);
            last = options.score(old, given);
            let Ok(Some(new)) = last else {
                continue;
            };
            if old != Some(new) {
                sorted.insert(member, new);
                added += usize::from(old.is_none());
                changed += 1;
            }
        }
        changed
    })?;
    let (last, changed) = (last?, changed.unwrap_or(0));
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
    let removed =
        change(access, &words[0], Event(Class::Sorted, "zrem"), |sorted: &mut SortedSet| {
            words[1..].iter().filter(|member| sorted.remove(member)).count()
        })?;
    Ok(Frame::count(removed.unwrap_or(0)))
}

pub(crate) fn zcard(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    Ok(Frame::count(read::<SortedSet>(access, &words[0])?.map_or(0, SortedSet::len)))
}

pub(crate) fn zscore(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let score = read::<SortedSet>(access, &words[0])?.and_then(|sorted| sorted.score(&words[1]));
    Ok(score.map_or(Frame::Null, Frame::Double))
}

pub(crate) fn zpopmin(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    pop(access, words, End::Front)
}

pub(crate) fn zpopmax(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    pop(access, words, End::Back)
}

/// The event of removing a member from an end.
pub(crate) fn popped(end: End) -> Event {
    Event(Class::Sorted, if end == End::Front { "zpopmin" } else { "zpopmax" })
}

fn pop(access: &mut Access<'_>, words: &[Bytes], end: End) -> Outcome {
    let count = match words {
        [_] => None,
        [_, count] => {
            let count = integer(count).ok().and_then(|count| usize::try_from(count).ok());
            Some(count.ok_or(NOT_POSITIVE)?)
        }
        _ => return Err(SYNTAX),
    };
    let from_top = end == End::Back;
    let popped = change(access, &words[0], popped(end), |sorted: &mut SortedSet| {
        std::iter::from_fn(|| sorted.pop(from_top)).take(count.unwrap_or(1)).collect::<Vec<_>>()
    })?;
    let pairs = popped.into_iter().flatten();
    let mut pairs = pairs.map(|(member, score)| (Frame::Bulk(member), Frame::Double(score)));
    // Without a count, the reply is a single pair instead of a list of pairs.
    if count.is_none() {
        let pair = pairs.next().into_iter().flat_map(|(member, score)| [member, score]);
        return Ok(Frame::Array(pair.collect()));
    }
    Ok(Frame::Pairs(pairs.collect()))
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
    let Some(sorted) = read::<SortedSet>(access, &words[0])? else {
        return Ok(Frame::Array(Vec::new()));
    };
    let range = range(start, end, sorted.len());
    let length = sorted.len();
    let mut members: Vec<&(Score, Bytes)> = if is_reversed {
        sorted.order.range(length - range.end..length - range.start).collect()
    } else {
        sorted.order.range(range).collect()
    };
    if is_reversed {
        members.reverse();
    }
    let member = |member: &Bytes| Frame::Bulk(member.clone());
    if !with_scores {
        return Ok(Frame::Array(members.iter().map(|(_, name)| member(name)).collect()));
    }
    let pair = |(score, name): &&(Score, Bytes)| (member(name), Frame::Double(score.0));
    Ok(Frame::Pairs(members.iter().map(pair).collect()))
}
