//! `LCS`, the longest common subsequence of two strings.

use bytes::Bytes;

use crate::{frame::Frame, scan::MAX_BULK};

use super::access::{Access, Fault, Outcome, SYNTAX, integer};

/// The options of `LCS`.
#[derive(Default)]
struct Options {
    wants_length: bool,
    wants_matches: bool,
    with_lengths: bool,
    shortest: i64,
}

impl Options {
    fn parse(mut words: &[Bytes]) -> Result<Self, Fault> {
        let mut options = Self::default();
        while let [word, rest @ ..] = words {
            words = rest;
            match (word.to_ascii_uppercase().as_slice(), rest) {
                (b"IDX", _) => options.wants_matches = true,
                (b"LEN", _) => options.wants_length = true,
                (b"WITHMATCHLEN", _) => options.with_lengths = true,
                (b"MINMATCHLEN", [length, rest @ ..]) => {
                    options.shortest = integer(length)?;
                    words = rest;
                }
                _ => return Err(SYNTAX),
            }
        }
        if options.wants_length && options.wants_matches {
            let text = "ERR If you want both the length and indexes, please just use IDX.";
            return Err(Fault(text.into()));
        }
        Ok(options)
    }
}

/// The lengths of the longest common subsequences of all prefixes of two strings.
struct Table<'a> {
    one: &'a [u8],
    other: &'a [u8],
    lengths: Vec<u32>,
}

/// A run of bytes that both strings have: where it begins in each, and its length.
struct Match(usize, usize, usize);

impl<'a> Table<'a> {
    fn new(one: &'a [u8], other: &'a [u8]) -> Result<Self, Fault> {
        let size = (one.len() + 1).checked_mul(other.len() + 1);
        let size = size.filter(|size| size.checked_mul(4).is_some_and(|bytes| bytes <= MAX_BULK));
        let text = "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len";
        let lengths = vec![0; size.ok_or(Fault(text.into()))?];
        let mut table = Self { one, other, lengths };
        for (i, byte) in one.iter().enumerate() {
            for (j, candidate) in other.iter().enumerate() {
                let place = table.place(i + 1, j + 1);
                table.lengths[place] = if byte == candidate {
                    table.at(i, j) + 1
                } else {
                    table.at(i, j + 1).max(table.at(i + 1, j))
                };
            }
        }
        Ok(table)
    }

    fn place(&self, i: usize, j: usize) -> usize {
        i * (self.other.len() + 1) + j
    }

    /// Returns the length for the first `i` and `j` bytes.
    fn at(&self, i: usize, j: usize) -> u32 {
        self.lengths[self.place(i, j)]
    }

    /// Returns the common runs, the last one first.
    fn matches(&self) -> Vec<Match> {
        let (mut i, mut j) = (self.one.len(), self.other.len());
        let mut matches: Vec<Match> = Vec::new();
        while i > 0 && j > 0 {
            if self.one[i - 1] == self.other[j - 1] {
                match matches.last_mut() {
                    Some(Match(a, b, length)) if *a == i && *b == j => {
                        (*a, *b, *length) = (i - 1, j - 1, *length + 1);
                    }
                    _ => matches.push(Match(i - 1, j - 1, 1)),
                }
                (i, j) = (i - 1, j - 1);
            } else if self.at(i - 1, j) > self.at(i, j - 1) {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        matches
    }
}

pub(crate) fn lcs(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let no_string = |_| Fault("ERR The specified keys must contain string values".into());
    let one = access.read_string(&words[0]).map_err(no_string)?.unwrap_or_default();
    let other = access.read_string(&words[1]).map_err(no_string)?.unwrap_or_default();
    let options = Options::parse(&words[2..])?;
    let table = Table::new(&one, &other)?;
    let length = Frame::Integer(i64::from(table.at(one.len(), other.len())));
    if options.wants_length {
        return Ok(length);
    }
    let matches = table.matches();
    if options.wants_matches {
        let long = matches.iter().filter(|Match(.., length)| {
            i64::try_from(*length).is_ok_and(|length| length >= options.shortest)
        });
        let matches = Frame::Array(long.map(|found| describe(found, &options)).collect());
        return Ok(Frame::Map(vec![
            (Frame::word("matches"), matches),
            (Frame::word("len"), length),
        ]));
    }
    let runs =
        matches.iter().rev().flat_map(|Match(start, _, length)| &one[*start..start + length]);
    Ok(Frame::Bulk(runs.copied().collect()))
}

fn describe(Match(one, other, length): &Match, options: &Options) -> Frame {
    let range =
        |start: usize| Frame::Array(vec![Frame::count(start), Frame::count(start + length - 1)]);
    let mut parts = vec![range(*one), range(*other)];
    if options.with_lengths {
        parts.push(Frame::count(*length));
    }
    Frame::Array(parts)
}
