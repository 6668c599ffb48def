//! Runs files of `sqllogictest`, and random statements, on the actor around SQLite and on a plain connection, one record
//! after the other on both, and compares what came of each.
//!
//! ```text
//! slt-tests files SOURCE FILE..       prints one row, and the records that differ
//! slt-tests random SEED RECORDS       the same for records that follow from the seed
//! ```
//!
//! The exit status is 1 if a record differs. A record differs if the rows, the count, the last rowid, the message of the error
//! or the verdict of `sqllogictest` is another. The actor refuses SQL text that begins or ends a transaction; such a record
//! runs on neither, and is counted apart. What depends on chance or on the time is left out.

mod engine;
mod random;
mod report;

use std::{
    env,
    error::Error,
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use actor_runtime::{ActorHandle, Builder};
use engine::{Engine, Outcome, Sqlite, first_word};
use report::Report;
use sqlite_actor::{
    Check, Database, DatabaseHandle, GroupCommit, Options, Step, rusqlite::Connection,
};
use sqllogictest::{DefaultColumnType, MakeConnection, Record, Runner, parse_file};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Opens the actor's database, which is empty.
fn open_store(directory: &Path, group: Option<GroupCommit>) -> Result<DatabaseHandle> {
    let options = Options::new(directory.join("store.db"), [] as [Step; 0]).check(Check::None);
    let options = match group {
        Some(group) => options.group_commit(group),
        None => options,
    };
    Ok(Builder::new().start_thread(move || Database::open(&options)).blocking()?)
}

/// Opens a database with the settings that the actor uses.
fn open_plain(directory: &Path) -> Result<Connection> {
    let plain = Connection::open(directory.join("plain.db"))?;
    plain.execute_batch(
        "PRAGMA journal_mode = wal; PRAGMA foreign_keys = on; PRAGMA synchronous = normal",
    )?;
    Ok(plain)
}

/// A database with its engine.
struct Side<D: Sqlite, M: MakeConnection<Conn = Engine<D>>> {
    runner: Runner<Engine<D>, M>,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
}

fn side<D: Sqlite>(database: D) -> Side<D, impl MakeConnection<Conn = Engine<D>>> {
    let (database, outcomes) = (Arc::new(Mutex::new(database)), Arc::<Mutex<Vec<_>>>::default());
    let kept = outcomes.clone();
    let connect = move || {
        let engine = Engine { database: database.clone(), outcomes: outcomes.clone() };
        async move { Ok(engine) }
    };
    Side { runner: Runner::new(connect), outcomes: kept }
}

impl<D: Sqlite, M: MakeConnection<Conn = Engine<D>>> Side<D, M> {
    /// Runs a record. Returns the outcomes of its statements, and whether it failed, and how.
    fn run(&mut self, record: Record<DefaultColumnType>) -> (Vec<Outcome>, Option<String>) {
        let verdict = self.runner.run(record).err().map(|error| error.display(false).to_string());
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut *outcomes), verdict)
    }
}

/// Runs the records of a file on two databases of its own.
fn file(path: &str, report: &mut Report) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let mut store = side(open_store(directory.path(), None)?);
    let mut plain = side(open_plain(directory.path())?);
    for record in parse_file::<DefaultColumnType>(path)? {
        let (place, sql) = match &record {
            Record::Statement { loc, sql, .. } | Record::Query { loc, sql, .. } => {
                let place = loc.to_string();
                (place.rsplit('/').next().unwrap_or_default().to_owned(), sql.clone())
            }
            // Nothing here runs commands or waits.
            Record::System { .. } | Record::Sleep { .. } => continue,
            Record::Halt { .. } => break,
            _ => {
                store.run(record.clone());
                plain.run(record);
                continue;
            }
        };
        if ["random", "current_", "'now'"]
            .iter()
            .any(|word| sql.to_ascii_lowercase().contains(word))
        {
            report.left_out += 1;
            continue;
        }
        let record = once(record);
        let ours = store.run(record.clone());
        if ours.0.contains(&Outcome::Refused) {
            report.refused(&place, &sql);
            continue;
        }
        let theirs = plain.run(record);
        report.compared(&place, &sql, &ours, &theirs);
    }
    Ok(())
}

/// Removes from a record that it may be tried again.
fn once(mut record: Record<DefaultColumnType>) -> Record<DefaultColumnType> {
    if let Record::Statement { retry, .. } | Record::Query { retry, .. } = &mut record {
        *retry = None;
    }
    record
}

/// Runs random statements, in several databases. Every second one has group commit.
fn generated(seed: u64, records: usize, report: &mut Report) -> Result<()> {
    const PER_DATABASE: usize = 500;
    let mut random = fastrand::Rng::with_seed(seed);
    for first in (0..records).step_by(PER_DATABASE) {
        let group = (first / PER_DATABASE % 2 == 1).then(GroupCommit::default);
        let directory = tempfile::tempdir()?;
        let (store, plain) = (open_store(directory.path(), group)?, open_plain(directory.path())?);
        let number = PER_DATABASE.min(records - first);
        for (index, record) in random::records(&mut random, number).iter().enumerate() {
            let (place, text) = (format!("record {}", first + index + 1), record.join("; "));
            let ours = generated_record(&store, record);
            if ours.0.contains(&Outcome::Refused) {
                report.refused(&place, &text);
            } else {
                let theirs = generated_record(&plain, record);
                report.compared(&place, &text, &ours, &theirs);
            }
        }
        store.shutdown().blocking();
    }
    Ok(())
}

fn generated_record(database: &impl Sqlite, record: &[String]) -> (Vec<Outcome>, Option<String>) {
    let outcome = match record {
        [sql] => engine::run(database, sql),
        statements => database.together(statements),
    };
    let failure = match &outcome {
        Outcome::Failed(text) => Some(text.clone()),
        _ => None,
    };
    (vec![outcome], failure)
}

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let report = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["random", seed, records] => {
            let mut report = Report::new(&format!("random, seed {seed}"));
            generated(seed.parse()?, records.parse()?, &mut report)?;
            report
        }
        ["files", source, ref files @ ..] => {
            let mut report = Report::new(source);
            for path in files {
                file(path, &mut report)?;
            }
            report
        }
        _ => return Err("files SOURCE FILE.. or random SEED RECORDS".into()),
    };
    Ok(report.finish())
}
