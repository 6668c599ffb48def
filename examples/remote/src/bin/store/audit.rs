//! Compares what callers were told with what is stored.

use std::{collections::BTreeMap, path::Path, time::Duration};

use sqlite_actor::rusqlite::{Connection, OpenFlags, Result};

use crate::callers::{LIMIT, Outcome, Told};

/// A machine on which other programs run may be late by so much.
const SLACK: Duration = Duration::from_secs(3);

/// Callers of one process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Callers {
    /// The number of their first call.
    pub(crate) first: i64,
    /// How many calls were begun.
    pub(crate) begun: i64,
    pub(crate) told: Vec<Told>,
}

/// How often each number is stored.
pub(crate) type Stored = BTreeMap<i64, u32>;

/// Sums over rounds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) begun: i64,
    pub(crate) done: usize,
    pub(crate) nothing: usize,
    pub(crate) unknown: usize,
    /// How many of the unknown ones are stored.
    pub(crate) unknown_stored: usize,
    /// The longest call, in milliseconds.
    pub(crate) slowest: u128,
}

/// Reads what is stored, and checks the file.
pub(crate) fn stored(file: &Path) -> Result<(Stored, String)> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let check = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    let mut select = connection.prepare("SELECT number, count(*) FROM note GROUP BY number")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((rows.collect::<Result<_>>()?, check))
}

/// Returns the sums of the calls, and what is wrong with them.
pub(crate) fn audit(callers: &[Callers], stored: &Stored) -> (Sums, Vec<String>) {
    let (mut sums, mut wrong, mut outcomes) = (Sums::default(), Vec::new(), BTreeMap::new());
    for Callers { first, begun, told } in callers {
        sums.begun += begun;
        for Told { number, outcome, took, is_missing } in told {
            sums.slowest = sums.slowest.max(*took);
            if outcomes.insert(*number, *outcome).is_some() {
                wrong.push(format!("the caller of {number} was told twice"));
            }
            if *took > (LIMIT + SLACK).as_millis() {
                wrong.push(format!("{number} took {took} ms"));
            }
            if *is_missing {
                wrong.push(format!("{number} was stored, and then not found"));
            }
        }
        let untold = (*first..first + begun).filter(|number| !outcomes.contains_key(number));
        wrong.extend(untold.map(|number| format!("the caller of {number} was told nothing")));
    }
    for (number, outcome) in &outcomes {
        let times = stored.get(number).copied().unwrap_or_default();
        match outcome {
            Outcome::Done => sums.done += 1,
            Outcome::Nothing => sums.nothing += 1,
            Outcome::Unknown => {
                sums.unknown += 1;
                sums.unknown_stored += usize::from(times > 0);
            }
        }
        match (outcome, times) {
            (Outcome::Done, 0) => wrong.push(format!("{number} was done, and is not stored")),
            (Outcome::Nothing, 1..) => {
                wrong.push(format!("nothing was done for {number}, and it is stored"));
            }
            (_, 2..) => wrong.push(format!("{number} is stored {times} times")),
            (Outcome::Done | Outcome::Unknown, 1) | (Outcome::Nothing | Outcome::Unknown, 0) => {}
        }
    }
    let unasked = stored.keys().filter(|number| !outcomes.contains_key(number));
    wrong.extend(unasked.map(|number| format!("{number} is stored, and nobody is told of it")));
    (sums, wrong)
}

impl Sums {
    pub(crate) fn add(&mut self, other: Self) {
        self.begun += other.begun;
        self.done += other.done;
        self.nothing += other.nothing;
        self.unknown += other.unknown;
        self.unknown_stored += other.unknown_stored;
        self.slowest = self.slowest.max(other.slowest);
    }
}

#[cfg(test)]
mod tests {
    use super::{Callers, Outcome, Stored, Told, audit};

    fn callers() -> Callers {
        let told = |number, outcome| Told { number, outcome, took: 5, is_missing: false };
        let told = vec![
            told(1, Outcome::Done),
            told(2, Outcome::Nothing),
            told(3, Outcome::Unknown),
            told(4, Outcome::Unknown),
        ];
        Callers { first: 1, begun: 4, told }
    }

    fn stored() -> Stored {
        Stored::from([(1, 1), (3, 1)])
    }

    #[test]
    fn what_is_right_is_counted() {
        let (sums, wrong) = audit(&[callers()], &stored());
        assert_eq!(wrong, Vec::<String>::new());
        assert_eq!((sums.begun, sums.done, sums.nothing), (4, 1, 1));
        assert_eq!((sums.unknown, sums.unknown_stored, sums.slowest), (2, 1, 5));
    }

    #[test]
    fn each_fault_is_found() {
        type Break = fn(&mut Callers, &mut Stored);
        let faults: [(Break, &str); 9] = [
            (
                |_, stored| {
                    _ = stored.remove(&1);
                },
                "1 was done, and is not stored",
            ),
            (|_, stored| *stored.get_mut(&1).unwrap() = 2, "1 is stored 2 times"),
            (|_, stored| *stored.get_mut(&3).unwrap() = 2, "3 is stored 2 times"),
            (
                |_, stored| {
                    _ = stored.insert(2, 1);
                },
                "nothing was done for 2, and it is stored",
            ),
            (
                |_, stored| {
                    _ = stored.insert(7, 1);
                },
                "7 is stored, and nobody is told of it",
            ),
            (
                |callers, _| {
                    _ = callers.told.pop();
                },
                "the caller of 4 was told nothing",
            ),
            (|callers, _| callers.told.push(callers.told[0]), "the caller of 1 was told twice"),
            (|callers, _| callers.told[0].took = 60_000, "1 took 60000 ms"),
            (|callers, _| callers.told[0].is_missing = true, "1 was stored, and then not found"),
        ];
        for (fault, expected) in faults {
            let (mut callers, mut stored) = (callers(), stored());
            fault(&mut callers, &mut stored);
            assert_eq!(audit(&[callers], &stored).1, [expected]);
        }
    }
}
