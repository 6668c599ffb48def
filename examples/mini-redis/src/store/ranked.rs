//! A sorted sequence with access by rank.
//!
//! The elements are in chunks of at most [`MAX_CHUNK`], in order. Inserting and removing move elements within
//! one chunk; finding a rank adds up the lengths of the chunks before it, from the nearer end.

use std::{collections::VecDeque, ops::Range};

/// The maximum length of a chunk.
const MAX_CHUNK: usize = 256;

/// A sorted sequence. No element is empty, and no two are equal.
#[derive(Clone, Debug)]
pub(crate) struct Ranked<T> {
    /// No chunk is empty.
    chunks: VecDeque<VecDeque<T>>,
    length: usize,
}

impl<T> Default for Ranked<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), length: 0 }
    }
}

impl<T: Ord> Ranked<T> {
    /// Inserts an element. Does nothing if there is an equal one.
    pub(crate) fn insert(&mut self, element: T) {
        let last = self.chunks.len().saturating_sub(1);
        let at = self.chunk_of(&element).min(last);
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push_back(VecDeque::from([element]));
            self.length = 1;
            return;
        };
        let Err(place) = chunk.binary_search(&element) else {
            return;
        };
        self.length += 1;
        if chunk.len() < MAX_CHUNK {
            chunk.insert(place, element);
        } else if at == last && place == chunk.len() {
            // Elements that come in order fill their chunks.
            self.chunks.push_back(VecDeque::from([element]));
        } else {
            let mut right = chunk.split_off(MAX_CHUNK / 2);
            match place.checked_sub(MAX_CHUNK / 2) {
                Some(place) => right.insert(place, element),
                None => chunk.insert(place, element),
            }
            self.chunks.insert(at + 1, right);
        }
    }

    /// Removes an element. Returns `false` if there is none that is equal.
    pub(crate) fn remove(&mut self, element: &T) -> bool {
        let at = self.chunk_of(element);
        let Some(chunk) = self.chunks.get_mut(at) else {
            return false;
        };
        let Ok(place) = chunk.binary_search(element) else {
            return false;
        };
        chunk.remove(place);
        self.length -= 1;
        self.tidy(at);
        true
    }

    /// Returns the index of the chunk that holds an element, if any does.
    fn chunk_of(&self, element: &T) -> usize {
        self.chunks.partition_point(|chunk| chunk.back().is_some_and(|last| last < element))
    }
}

impl<T> Ranked<T> {
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn pop_first(&mut self) -> Option<T> {
        let first = self.chunks.front_mut()?.pop_front();
        self.length -= 1;
        self.tidy(0);
        first
    }

    pub(crate) fn pop_last(&mut self) -> Option<T> {
        let last = self.chunks.back_mut()?.pop_back();
        self.length -= 1;
        self.tidy(self.chunks.len() - 1);
        last
    }

    /// Returns the elements with these ranks, which must exist.
    pub(crate) fn range(&self, ranks: Range<usize>) -> impl Iterator<Item = &T> {
        let (mut at, place) = self.find(ranks.start);
        let mut skipped = place;
        let chunks = std::iter::from_fn(move || {
            let chunk = self.chunks.get(at)?.range(skipped..);
            (at, skipped) = (at + 1, 0);
            Some(chunk)
        });
        chunks.flatten().take(ranks.len())
    }

    /// Returns the chunk of a rank, and the place within it.
    fn find(&self, rank: usize) -> (usize, usize) {
        if rank <= self.length / 2 {
            let mut before = 0;
            for (at, chunk) in self.chunks.iter().enumerate() {
                if rank < before + chunk.len() {
                    return (at, rank - before);
                }
                before += chunk.len();
            }
        } else {
            let mut end = self.length;
            for (at, chunk) in self.chunks.iter().enumerate().rev() {
                if rank >= end - chunk.len() {
                    return (at, rank + chunk.len() - end);
                }
                end -= chunk.len();
            }
        }
        (self.chunks.len(), 0)
    }

    /// Removes a chunk that is empty, and joins one that is small with the next, so that there are not many
    /// more chunks than the elements need.
    fn tidy(&mut self, at: usize) {
        let length = self.chunks[at].len();
        if length == 0 {
            self.chunks.remove(at);
        } else if length < MAX_CHUNK / 8
            && self.chunks.get(at + 1).is_some_and(|next| next.len() < MAX_CHUNK / 2)
            && let Some(next) = self.chunks.remove(at + 1)
        {
            self.chunks[at].extend(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u16),
        Remove(u16),
        PopFirst,
        PopLast,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (0..3000_u16).prop_map(Step::Insert),
            4 => (0..3000_u16).prop_map(Step::Remove),
            1 => Just(Step::PopFirst),
            1 => Just(Step::PopLast),
        ]
    }

    fn check(ranked: &Ranked<u16>, expected: &BTreeSet<u16>) {
        assert_eq!(ranked.len(), expected.len());
        assert!(ranked.range(0..ranked.len()).eq(expected));
        assert!(ranked.chunks.iter().all(|chunk| (1..=MAX_CHUNK).contains(&chunk.len())));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn it_is_a_sorted_set(
            first in 0..3000_u16,
            steps in prop::collection::vec(step(), 0..3000),
            start in 0..=100_usize,
            share in 0..=100_usize,
        ) {
            let (mut ranked, mut expected) = (Ranked::default(), BTreeSet::new());
            // These come in order.
            for element in 0..first {
                ranked.insert(element);
                expected.insert(element);
            }
            check(&ranked, &expected);
            for step in steps {
                match step {
                    Step::Insert(element) => {
                        ranked.insert(element);
                        expected.insert(element);
                    }
                    Step::Remove(element) => {
                        prop_assert_eq!(ranked.remove(&element), expected.remove(&element));
                    }
                    Step::PopFirst => prop_assert_eq!(ranked.pop_first(), expected.pop_first()),
                    Step::PopLast => prop_assert_eq!(ranked.pop_last(), expected.pop_last()),
                }
            }
            check(&ranked, &expected);
            let start = ranked.len() * start / 100;
            let length = (ranked.len() - start) * share / 100;
            let found = ranked.range(start..start + length);
            prop_assert!(found.eq(expected.iter().skip(start).take(length)));
        }
    }
}
