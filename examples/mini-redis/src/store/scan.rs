//! `SCAN` and its relatives, which return all keys or elements in small steps while keys are added and removed.
//!
//! A key that is present during the whole scan is returned at least once. The scan goes from the last index
//! to the first, and the cursor is the number of keys that remain. Additions and removals do not move an
//! unvisited key out of the remaining range: a new key is appended, and the key at the last index takes the
//! place of a removed one.

use bytes::Bytes;

use crate::{
    frame::{Frame, double},
    glob,
};

use super::{
    access::{Access, Fault, Outcome, SYNTAX, integer},
    collections::{Collection, read},
    hashes::Hash,
    sets::Set,
    sorted::SortedSet,
};

/// The cursor and the options of a scan.
pub(crate) struct Scan<'a> {
    cursor: usize,
    pattern: Option<&'a Bytes>,
    count: usize,
    kind: Option<&'a Bytes>,
}

impl<'a> Scan<'a> {
    pub(crate) fn parse(cursor: &[u8], mut options: &'a [Bytes]) -> Result<Self, Fault> {
        let cursor = std::str::from_utf8(cursor).ok().and_then(|text| text.parse::<u64>().ok());
        let cursor = cursor.ok_or(Fault("ERR invalid cursor".into()))?;
        let cursor = usize::try_from(cursor).unwrap_or(usize::MAX);
        let mut scan = Self { cursor, pattern: None, count: 10, kind: None };
        while let [option, value, rest @ ..] = options {
            options = rest;
            match option.to_ascii_uppercase().as_slice() {
                b"MATCH" => scan.pattern = Some(value),
                b"TYPE" => scan.kind = Some(value),
                b"COUNT" => {
                    let count = usize::try_from(integer(value)?).map_err(|_| SYNTAX)?;
                    scan.count = if count == 0 { return Err(SYNTAX) } else { count };
                }
                _ => return Err(SYNTAX),
            }
        }
        if options.is_empty() { Ok(scan) } else { Err(SYNTAX) }
    }

    /// Runs one step over `length` entries. `at` returns the frames for the entry at an index.
    pub(crate) fn run(
        &self,
        length: usize,
        mut at: impl FnMut(&Self, usize) -> Vec<Frame>,
    ) -> Frame {
        let end = if self.cursor == 0 { length } else { self.cursor.min(length) };
        let start = end.saturating_sub(self.count);
        let found = (start..end).rev().flat_map(|place| at(self, place)).collect();
        Frame::Array(vec![Frame::text(start.to_string()), Frame::Array(found)])
    }

    pub(crate) fn fits(&self, name: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob::matches(pattern, name))
    }
}

pub(crate) fn scan(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let scan = Scan::parse(&words[0], &words[1..])?;
    let keyspace = &*access.keyspace;
    let database = keyspace.database(access.database);
    Ok(scan.run(database.len(), |scan, place| {
        let Some((key, entry)) = database.get_index(place) else {
            return Vec::new();
        };
        let is_kind =
            scan.kind.is_none_or(|kind| kind.eq_ignore_ascii_case(entry.value.kind().as_bytes()));
        if is_kind && keyspace.is_live(entry) && scan.fits(key) {
            vec![Frame::Bulk(key.to_bytes())]
        } else {
            Vec::new()
        }
    }))
}

/// Runs `SSCAN`, `HSCAN` or `ZSCAN`. `at` returns the name of the element at an index, and the frames after it.
fn scan_collection<C: Collection>(
    access: &mut Access<'_>,
    words: &[Bytes],
    length: impl Fn(&C) -> usize,
    at: impl Fn(&C, usize) -> Option<(&Bytes, Vec<Frame>)>,
) -> Outcome {
    let scan = Scan::parse(&words[1], &words[2..])?;
    if scan.kind.is_some() {
        return Err(SYNTAX);
    }
    let Some(collection) = read::<C>(access, &words[0])? else {
        return Ok(Frame::Array(vec![Frame::word("0"), Frame::Array(Vec::new())]));
    };
    Ok(scan.run(length(collection), |scan, place| match at(collection, place) {
        Some((name, rest)) if scan.fits(name) => {
            [Frame::Bulk(name.clone())].into_iter().chain(rest).collect()
        }
        _ => Vec::new(),
    }))
}

pub(crate) fn sscan(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    scan_collection(access, words, Set::len, |set: &Set, place| {
        set.get_index(place).map(|member| (member, Vec::new()))
    })
}

pub(crate) fn hscan(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    scan_collection(access, words, Hash::len, |hash: &Hash, place| {
        let field = hash.get_index(place);
        field.map(|(field, value)| (field, vec![Frame::Bulk(value.clone())]))
    })
}

pub(crate) fn zscan(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    scan_collection(access, words, SortedSet::len, |sorted: &SortedSet, place| {
        let member = sorted.at(place);
        member.map(|(member, score)| (member, vec![Frame::text(double(score))]))
    })
}
