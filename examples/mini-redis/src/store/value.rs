//! What can be stored under a key.

use std::collections::VecDeque;

use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};

use super::sorted::SortedSet;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    String(Bytes),
    List(VecDeque<Bytes>),
    Hash(IndexMap<Bytes, Bytes>),
    Set(IndexSet<Bytes>),
    Sorted(SortedSet),
}

impl Value {
    /// What `TYPE` calls it.
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

/// A value, and when it ends.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) value: Value,
    /// In milliseconds since 1970.
    pub(crate) deadline: Option<i64>,
}

/// Bytes of their own: a slice of what a client sent would keep all of that in memory.
pub(crate) fn own(bytes: &Bytes) -> Bytes {
    Bytes::copy_from_slice(bytes)
}
