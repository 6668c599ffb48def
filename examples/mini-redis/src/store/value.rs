//! The values stored under keys.

use std::collections::VecDeque;

use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};

use crate::{number::parse_integer, reader::LARGE};

use super::{blob::Blob, sorted::SortedSet};

/// A value of one of the supported types.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    String(Blob),
    List(VecDeque<Bytes>),
    // The larger types are in boxes: most values are strings, and a database of small entries is faster.
    Hash(Box<IndexMap<Bytes, Bytes>>),
    Set(Box<IndexSet<Bytes>>),
    Sorted(Box<SortedSet>),
}

impl Value {
    /// Returns the number of elements. A string has none.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::String(_) => 0,
            Self::List(list) => list.len(),
            Self::Hash(hash) => hash.len(),
            Self::Set(set) => set.len(),
            Self::Sorted(sorted) => sorted.len(),
        }
    }

    /// Frees one of the elements. Returns `false` if there is none.
    pub(crate) fn free_one(&mut self) -> bool {
        match self {
            Self::String(_) => false,
            Self::List(list) => list.pop_back().is_some(),
            Self::Hash(hash) => hash.pop().is_some(),
            Self::Set(set) => set.pop().is_some(),
            Self::Sorted(sorted) => sorted.pop(true).is_some(),
        }
    }

    /// Returns the name of the encoding that Redis uses for such a value by default.
    pub(crate) fn encoding(&self) -> &'static str {
        /// The maximum length of an element in a compact encoding.
        const MAX_COMPACT: usize = 64;
        let is_short = |element: &Bytes| element.len() <= MAX_COMPACT;
        match self {
            Self::String(text) if parse_integer(text).is_some() => "int",
            Self::String(text) if text.len() <= 44 => "embstr",
            Self::String(_) => "raw",
            Self::List(_) => "quicklist",
            Self::Hash(hash)
                if hash.len() <= 512
                    && hash.iter().all(|(field, value)| is_short(field) && is_short(value)) =>
            {
                "listpack"
            }
            Self::Set(set)
                if set.len() <= 512 && set.iter().all(|member| parse_integer(member).is_some()) =>
            {
                "intset"
            }
            Self::Hash(_) | Self::Set(_) => "hashtable",
            Self::Sorted(sorted)
                if sorted.len() <= 128
                    && (0..sorted.len())
                        .all(|at| sorted.at(at).is_none_or(|(name, _)| is_short(name))) =>
            {
                "listpack"
            }
            Self::Sorted(_) => "skiplist",
        }
    }

    /// Returns the name that `TYPE` reports.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Hash(_) => "hash",
            Self::Set(_) => "set",
            Self::Sorted(_) => "zset",
        }
    }
}

/// A value and its deadline.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) value: Value,
    /// In milliseconds since the Unix epoch.
    pub(crate) deadline: Option<i64>,
}

/// Copies bytes out of a request. A slice would keep the client's whole read buffer in memory.
///
/// Large ones are not copied: they have memory of their own.
pub(crate) fn own(bytes: &Bytes) -> Bytes {
    if bytes.len() < LARGE { Bytes::copy_from_slice(bytes) } else { bytes.clone() }
}
