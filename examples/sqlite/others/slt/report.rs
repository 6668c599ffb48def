//! Counts records, and prints those that differ.

use std::{collections::BTreeMap, process::ExitCode};

use crate::{Outcome, engine::short, first_word};

/// The words that begin or end a transaction.
const CONTROL: [&str; 6] = ["begin", "commit", "end", "rollback", "savepoint", "release"];

/// What came of a record: the outcomes of its statements, and why it failed.
type Record = (Vec<Outcome>, Option<String>);

pub struct Report {
    source: String,
    records: usize,
    ours: usize,
    theirs: usize,
    refused: BTreeMap<String, usize>,
    different: usize,
    /// The number of records that were not run.
    pub left_out: usize,
}

impl Report {
    pub fn new(source: &str) -> Self {
        let (source, refused) = (source.to_owned(), BTreeMap::new());
        Self { source, records: 0, ours: 0, theirs: 0, refused, different: 0, left_out: 0 }
    }

    /// Counts a record that ran on both.
    pub fn compared(&mut self, place: &str, sql: &str, ours: &Record, theirs: &Record) {
        self.records += 1;
        self.ours += usize::from(ours.1.is_none());
        self.theirs += usize::from(theirs.1.is_none());
        // Not by `==`, by which 0.0 is -0.0.
        if format!("{ours:?}") != format!("{theirs:?}") {
            self.different += 1;
            println!("DIFFERENT {place}: {}", sql.replace('\n', " "));
            println!("    store: {}\n    plain: {}", short(ours), short(theirs));
        }
    }

    /// Counts a record that the store refused.
    pub fn refused(&mut self, place: &str, sql: &str) {
        self.records += 1;
        let word = first_word(sql);
        if CONTROL.contains(&&*word) {
            *self.refused.entry(word).or_default() += 1;
        } else {
            self.different += 1;
            println!("DIFFERENT {place}: refused, but does not control a transaction: {sql}");
        }
    }

    /// Prints the row of the table.
    pub fn finish(self) -> ExitCode {
        let refused: usize = self.refused.values().sum();
        let words: Vec<_> = self
            .refused
            .iter()
            .map(|(word, times)| format!("{times} {}", word.to_uppercase()))
            .collect();
        println!(
            "{:28} {:7} {:7} {:7} {:8} {:10} {:8}  {}",
            self.source,
            self.records,
            self.ours,
            self.theirs,
            refused,
            self.different,
            self.left_out,
            words.join(", ")
        );
        ExitCode::from(u8::from(self.different > 0))
    }
}
