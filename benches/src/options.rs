//! The command line.

use std::path::PathBuf;

use crate::{
    flavor::Flavor,
    roster::{Entrant, ROSTER, entrant},
    select::{CASES, Case},
    workload::Row,
};

/// How the program is used.
pub const USAGE: &str = "\
usage: actor-benchmarks [--quick] [--rounds N] [--only NAMES] [OUTPUT]...
       actor-benchmarks --from FILE [OUTPUT]...
       actor-benchmarks --gate
       actor-benchmarks one ENTRANT COUNT ROW
       actor-benchmarks one checked|tokio COUNT CASE

  --quick         a quarter of the work, three rounds
  --rounds N      count so many rounds (15)
  --only NAMES    names of rows, runtimes, entrants and cases of select!, and `memory`, with commas
                  between them
  --from FILE     measure nothing: take what an earlier run wrote
  --gate          only count allocations, and fail if an actor makes too many
  one             run one row or case once so many times, for an instruction counter

OUTPUT, beside the tables that are printed:
  --json FILE     the results, instead of beside the program
  --svg FILE      the picture
  --write-readme  the tables in README.md and docs/performance.md, and docs/performance.svg";

/// The row that `--only` can name beside the timed ones.
const MEMORY: &str = "memory";

/// What is to be measured, and where it goes.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many rounds are counted.
    pub rounds: usize,
    /// By what the work of each row is divided.
    pub scale: u64,
    /// The timed rows.
    pub rows: Vec<Row>,
    /// The runtimes.
    pub flavors: Vec<Flavor>,
    /// Who takes part.
    pub entrants: Vec<&'static Entrant>,
    /// Whether allocations are counted.
    pub memory: bool,
    /// The loops with a `select!`.
    pub cases: Vec<&'static Case>,
    /// Results of an earlier run that are taken instead of new ones.
    pub from: Option<PathBuf>,
    /// Where the results are written.
    pub json: Option<PathBuf>,
    /// Where the picture is written.
    pub svg: Option<PathBuf>,
    /// Whether the documents are brought up to date.
    pub write_readme: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rounds: 15,
            scale: 1,
            rows: Row::ALL.to_vec(),
            flavors: Flavor::ALL.to_vec(),
            entrants: ROSTER.iter().collect(),
            memory: true,
            cases: CASES.iter().collect(),
            from: None,
            json: None,
            svg: None,
            write_readme: false,
        }
    }
}

impl Options {
    /// Reads the arguments behind the program's name.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut rounds = None;
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--quick" => {
                    options.scale = 4;
                    options.rounds = 3;
                }
                "--rounds" => rounds = Some(number(&value()?)?),
                "--only" => options.keep_only(&value()?)?,
                "--from" => options.from = Some(value()?.into()),
                "--json" => options.json = Some(value()?.into()),
                "--svg" => options.svg = Some(value()?.into()),
                "--write-readme" => options.write_readme = true,
                _ => return Err(format!("what is {argument}?\n\n{USAGE}")),
            }
        }
        options.rounds = rounds.unwrap_or(options.rounds);
        Ok(options)
    }

    /// Keeps what `names` names. A kind of thing that is not named at all is kept whole: rows (the timed
    /// ones, `memory` and the cases are one kind), runtimes, entrants.
    fn keep_only(&mut self, names: &str) -> Result<(), String> {
        let names: Vec<&str> = names.split(',').collect();
        let is_row = |name: &&str| {
            *name == MEMORY || Row::named(name).is_some() || Case::named(name).is_some()
        };
        let is_known =
            |name: &&&str| is_row(name) || Flavor::named(name).is_some() || entrant(name).is_some();
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            return Err(format!("there is no row, case, runtime or entrant {unknown}"));
        }
        if names.iter().any(is_row) {
            self.memory = names.contains(&MEMORY);
            self.rows.retain(|row| names.contains(&row.name()));
            self.cases.retain(|case| names.contains(&case.name));
        }
        if names.iter().any(|name| Flavor::named(name).is_some()) {
            self.flavors.retain(|flavor| names.contains(&flavor.name()));
        }
        let named: Vec<_> = names
            .iter()
            .filter_map(|name| entrant(name))
            .map(|entrant| entrant.reference)
            .collect();
        if !named.is_empty() {
            // Without its reference an entrant has no ratio.
            let takes_part = |name| names.contains(&name) || named.contains(&name);
            self.entrants.retain(|entrant| takes_part(entrant.name));
        }
        Ok(())
    }
}

fn number(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("{text} is not a positive number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    fn names(options: &Options) -> Vec<&str> {
        options.entrants.iter().map(|entrant| entrant.name).collect()
    }

    #[test]
    fn everything_is_the_default() {
        let options = parse("").unwrap();
        assert_eq!((options.rows.len(), options.flavors.len()), (Row::ALL.len(), 2));
        assert_eq!(options.entrants.len(), ROSTER.len());
        assert_eq!(options.cases.len(), CASES.len());
        assert!(options.memory && !options.write_readme);
    }

    #[test]
    fn rounds_may_be_given_before_quick() {
        let options = parse("--rounds 9 --quick").unwrap();
        assert_eq!((options.rounds, options.scale), (9, 4));
    }

    #[test]
    fn only_keeps_what_it_names_and_all_of_what_it_does_not() {
        let options = parse("--only call,cast,two_workers").unwrap();
        assert_eq!(options.rows, [Row::Call, Row::Cast]);
        assert_eq!(options.flavors, [Flavor::TwoWorkers]);
        assert_eq!(options.entrants.len(), ROSTER.len());
        assert!(!options.memory && options.cases.is_empty());
        assert!(parse("--only memory").unwrap().rows.is_empty());
        let options = parse("--only else").unwrap();
        assert_eq!((options.rows.len(), options.cases.len()), (0, 1));
    }

    #[test]
    fn an_entrant_brings_its_reference_along() {
        assert_eq!(names(&parse("--only actor-64").unwrap()), ["twin-64", "actor-64"]);
    }

    #[test]
    fn outputs_have_places() {
        let options = parse("--from a.json --svg b.svg --json c.json --write-readme").unwrap();
        let paths = [options.from, options.svg, options.json].map(Option::unwrap);
        assert_eq!(paths, ["a.json", "b.svg", "c.json"].map(PathBuf::from));
        assert!(options.write_readme);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parse("--only calls").unwrap_err().contains("calls"));
        assert!(parse("--rounds 0").unwrap_err().contains('0'));
        assert!(parse("--rounds").unwrap_err().contains("--rounds"));
        assert!(parse("--fast").unwrap_err().contains("--fast"));
    }
}
