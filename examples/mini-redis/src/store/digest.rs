//! Digests of values, for tests that compare them.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

use super::value::Value;

/// Returns a number that is equal for equal values. The order of elements counts only in lists.
pub(crate) fn of(value: &Value) -> u64 {
    let parts: Vec<u64> = match value {
        Value::String(text) => vec![hash(text)],
        Value::List(list) => return hash(list),
        Value::Hash(hash_map) => hash_map.iter().map(hash).collect(),
        Value::Set(set) => set.iter().map(hash).collect(),
        Value::Sorted(sorted) => {
            let members = (0..sorted.len()).filter_map(|place| sorted.at(place));
            members.map(|(member, score)| hash((member, score.to_bits()))).collect()
        }
    };
    hash((value.kind(), parts.into_iter().fold(0, u64::wrapping_add)))
}

fn hash(part: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(part)
}
