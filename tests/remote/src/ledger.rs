//! Actors that remember what was done, to be asked after all that can go wrong has gone wrong.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{self, Write},
    path::Path,
    time::Duration,
};

use actor_remote::RemoteError;
use actor_runtime::{Replies, actor};
use tokio::time::sleep;

/// Writes the number of each call that ran to a file, which other members of its group may write, too.
#[derive(Debug)]
pub struct Ledger {
    file: File,
    written: u64,
}

impl Ledger {
    /// Continues the file.
    ///
    /// # Errors
    ///
    /// Returns the error if the file cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        Ok(Self { file, written: 0 })
    }

    fn write(&mut self, id: u64) -> u64 {
        // One write of a file that is only appended to: lines of several processes do not mix.
        self.file.write_all(format!("{id}\n").as_bytes()).expect("the disk has room");
        self.written += 1;
        id
    }
}

#[actor(remote, mailbox = 16)]
impl Ledger {
    /// Must not run twice.
    pub fn add(&mut self, id: u64) -> u64 {
        self.write(id)
    }

    /// Must not run twice, and takes its time.
    pub async fn add_slowly(&mut self, id: u64, millis: u64) -> u64 {
        sleep(Duration::from_millis(millis)).await;
        self.write(id)
    }

    /// How many calls this one has written: not those of another member, or of a process that was here before.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// May run twice.
    #[cancel_safe(idempotent)]
    pub fn put(&mut self, id: u64) -> u64 {
        self.write(id)
    }
}

/// Counts.
#[derive(Debug, Default)]
pub struct Source;

#[actor(remote, mailbox = 16)]
impl Source {
    /// Counts to `end`, in steps of so many milliseconds.
    pub async fn count(&self, end: u64, millis: u64, mut numbers: Replies<u64>) {
        for number in 0..end {
            sleep(Duration::from_millis(millis)).await;
            if numbers.send(number).await.is_err() {
                return;
            }
        }
    }
}

/// What callers were told.
#[derive(Debug, Default)]
pub struct Tally {
    /// The calls that were answered.
    pub answered: Vec<u64>,
    /// The calls of which nothing was done, as their error says.
    pub refused: Vec<u64>,
    /// The calls that may have been done.
    pub unknown: Vec<u64>,
}

impl Tally {
    /// Adds the outcome of a call.
    ///
    /// # Panics
    ///
    /// Panics if it is the answer to another call.
    pub fn add(&mut self, id: u64, outcome: Result<u64, RemoteError>) {
        match outcome {
            Ok(answer) => {
                assert_eq!(answer, id, "the answer to another call");
                self.answered.push(id);
            }
            Err(error) if error.is_safe_to_retry() => self.refused.push(id),
            Err(_) => self.unknown.push(id),
        }
    }

    /// Adds another one.
    pub fn extend(&mut self, other: Self) {
        self.answered.extend(other.answered);
        self.refused.extend(other.refused);
        self.unknown.extend(other.unknown);
    }

    /// The number of calls.
    #[must_use]
    pub fn len(&self) -> usize {
        self.answered.len() + self.refused.len() + self.unknown.len()
    }

    /// Whether there were no calls.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Compares what callers were told with what ran, by the file of a [`Ledger`].
    ///
    /// # Panics
    ///
    /// Panics if a call ran twice, if one was answered that did not run, or if one ran whose caller was told that nothing
    /// was done or was told nothing.
    pub fn check(&self, ledger: &Path) {
        self.check_beside(ledger, &[]);
    }

    /// Like [`check`](Self::check), beside calls that may have run more than once, and ran at least once.
    ///
    /// # Panics
    ///
    /// Panics as `check`, and if one of those calls did not run.
    pub fn check_beside(&self, ledger: &Path, repeated: &[u64]) {
        let mut ran = HashMap::<u64, usize>::new();
        for line in fs::read_to_string(ledger).expect("it was written").lines() {
            *ran.entry(line.parse().expect("a number")).or_default() += 1;
        }
        for id in repeated {
            assert!(ran.remove(id).is_some(), "{id} was answered, and did not run");
        }
        let twice: Vec<_> = ran.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "these calls ran twice: {twice:?}");
        let told = |ids: &[u64]| ids.iter().copied().collect::<HashSet<_>>();
        let (answered, refused, unknown) =
            (told(&self.answered), told(&self.refused), told(&self.unknown));
        assert_eq!(answered.len() + refused.len() + unknown.len(), self.len(), "told twice");
        for id in &answered {
            assert!(ran.contains_key(id), "{id} was answered, and did not run");
        }
        for id in ran.keys() {
            assert!(!refused.contains(id), "{id} ran, and its caller was told that it had not");
            assert!(
                answered.contains(id) || unknown.contains(id),
                "the caller of {id} is not told"
            );
        }
    }
}
