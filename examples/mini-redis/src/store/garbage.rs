//! Values that were removed, and are freed in slices: freeing a large one at once would delay all clients.

use std::collections::{BTreeSet, VecDeque};

use super::{blob::Blob, keyspace::Database, value::Value};

/// A value with fewer elements than this is freed at once.
const SMALL: usize = 64;

/// What is freed in slices.
#[derive(Debug)]
enum Item {
    Value(Value),
    Database(Database),
    Deadlines(BTreeSet<(i64, Blob)>),
}

/// What was removed and is not yet freed.
#[derive(Debug, Default)]
pub(crate) struct Garbage {
    items: VecDeque<Item>,
}

impl Garbage {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn discard(&mut self, value: Value) {
        if value.len() > SMALL {
            self.items.push_back(Item::Value(value));
        }
    }

    pub(crate) fn discard_database(&mut self, keys: Database, deadlines: BTreeSet<(i64, Blob)>) {
        self.items.push_back(Item::Database(keys));
        self.items.push_back(Item::Deadlines(deadlines));
    }

    /// Frees at most this number of elements.
    pub(crate) fn free(&mut self, elements: usize) {
        for _ in 0..elements {
            let Some(item) = self.items.front_mut() else {
                return;
            };
            let is_over = match item {
                Item::Value(value) => !value.free_one(),
                Item::Deadlines(deadlines) => deadlines.pop_first().is_none(),
                Item::Database(keys) => match keys.pop() {
                    Some((_, entry)) => {
                        self.discard(entry.value);
                        false
                    }
                    None => true,
                },
            };
            if is_over {
                self.items.pop_front();
            }
        }
    }
}
