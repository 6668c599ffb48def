//! Processes that call the store, and remember what they were told.

use std::{
    fmt,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{Failure, notes::NotesRemote, process::input_ended};

/// How long a call may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(3);

/// How long a caller waits before its next call if nothing was done.
const PAUSE: Duration = Duration::from_millis(10);

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The note is stored.
    Done,
    /// Nothing was done, as the answer or the error says.
    Nothing,
    /// The note may have been stored.
    Unknown,
}

/// A call, as it is written to the output of the process that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) number: i64,
    pub(crate) outcome: Outcome,
    /// In milliseconds.
    pub(crate) took: u128,
    /// The note was looked up after it was stored, and was not there.
    pub(crate) is_missing: bool,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, outcome, took, is_missing } = self;
        write!(f, "{number} {outcome:?} {took} {is_missing}")
    }
}

impl FromStr for Told {
    type Err = Failure;

    fn from_str(line: &str) -> Result<Self, Failure> {
        let words: Vec<&str> = line.split(' ').collect();
        let [number, outcome, took, is_missing] = words[..] else {
            return Err(format!("`{line}` is no call").into());
        };
        let outcome = match outcome {
            "Done" => Outcome::Done,
            "Nothing" => Outcome::Nothing,
            "Unknown" => Outcome::Unknown,
            other => return Err(format!("`{other}` is no outcome").into()),
        };
        Ok(Self {
            number: number.parse()?,
            outcome,
            took: took.parse()?,
            is_missing: is_missing.parse()?,
        })
    }
}

/// Runs callers that make one call after the other, until the input ends. Prints how many calls were begun, and then what
/// the callers were told.
pub(crate) async fn run(
    address: &str,
    name: &str,
    first: &str,
    callers: &str,
) -> Result<(), Failure> {
    let next = Arc::new(AtomicI64::new(first.parse()?));
    let first = next.load(Ordering::Relaxed);
    let link = actor_nats::connect(address).await?.timeout(LIMIT);
    let (is_over, mut running) = (Arc::new(AtomicBool::new(false)), JoinSet::new());
    for _ in 0..callers.parse()? {
        running.spawn(call(link.find(name), next.clone(), is_over.clone()));
    }
    println!("ready");
    input_ended().await;
    is_over.store(true, Ordering::Relaxed);
    let told = running.join_all().await.concat();
    println!("{}", next.load(Ordering::Relaxed) - first);
    for told in told {
        println!("{told}");
    }
    Ok(())
}

/// Makes one call after the other.
async fn call(notes: NotesRemote, next: Arc<AtomicI64>, is_over: Arc<AtomicBool>) -> Vec<Told> {
    let mut all = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let told = add(&notes, next.fetch_add(1, Ordering::Relaxed)).await;
        if told.outcome == Outcome::Nothing {
            sleep(PAUSE).await;
        }
        all.push(told);
    }
    all
}

/// Stores a note. Every 32nd has a text that is refused, and every eighth is looked up, by whichever member gets the call.
async fn add(notes: &NotesRemote, number: i64) -> Told {
    let (begun, text) = (Instant::now(), text_of(number));
    let outcome = match notes.add(number, &text).await {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(_)) => Outcome::Nothing,
        Err(error) if error.is_safe_to_retry() => Outcome::Nothing,
        Err(_) => Outcome::Unknown,
    };
    let took = begun.elapsed().as_millis();
    let is_looked_up = outcome == Outcome::Done && number % 8 == 1;
    let found = if is_looked_up { notes.find(number).await } else { Ok(Ok(Some(text.clone()))) };
    let is_missing = found.is_ok_and(|found| found.is_ok_and(|found| found != Some(text)));
    Told { number, outcome, took, is_missing }
}

/// The text of a note. One without a text is refused by the table.
fn text_of(number: i64) -> String {
    if number % 32 == 0 { String::new() } else { format!("note {number}") }
}
