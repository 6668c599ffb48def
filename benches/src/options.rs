//! The command line.

use std::path::PathBuf;

use crate::{
    flavor::Flavor,
    roster::{Entrant, ROSTER, entrant},
    select::{CASES, Case},
    workload::Row,
};

/// The usage text.
pub const USAGE: &str = "\
usage: actor-benchmarks [--quick] [--rounds N] [--only NAMES] [OUTPUT]...
       actor-benchmarks --from FILE [OUTPUT]...
       actor-benchmarks --gate
       actor-benchmarks one ENTRANT COUNT ROW
       actor-benchmarks one checked|tokio COUNT CASE

  --quick         do a quarter of the work, in three rounds
  --rounds N      number of measured rounds [15]
  --only NAMES    comma-separated names of rows, runtimes, entrants and cases of select!, and
                  `memory`
  --from FILE     use the JSON of an earlier run instead of measuring
  --gate          only count allocations, and fail if an actor exceeds its limits
  one             run one row or case with COUNT operations, for a profiler

OUTPUT, besides the printed tables:
  --json FILE     write the results here [next to the program]
  --svg FILE      write the chart
  --write-readme  update README.md, docs/performance.md and docs/performance.svg";

/// The name of the memory row for `--only`.
const MEMORY: &str = "memory";

/// The parsed command line.
#[derive(Clone, Debug)]
pub struct Options {
    /// The number of measured rounds.
    pub rounds: usize,
    /// The divisor for the work of each row.
    pub scale: u64,
    /// The timed rows.
    pub rows: Vec<Row>,
    /// The runtimes.
    pub flavors: Vec<Flavor>,
    /// The entrants.
    pub entrants: Vec<&'static Entrant>,
    /// Whether to count allocations.
    pub memory: bool,
    /// The `select!` loops.
    pub cases: Vec<&'static Case>,
    /// The results of an earlier run to use instead of measuring.
    pub from: Option<PathBuf>,
    /// The path of the JSON results.
    pub json: Option<PathBuf>,
    /// The path of the chart.
    pub svg: Option<PathBuf>,
    /// Whether to update the documents.
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
    /// Parses the arguments that follow the name of the program.
    ///
    /// # Errors
    ///
    /// Returns a message that describes the invalid argument.
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
                _ => return Err(format!("unknown argument {argument}\n\n{USAGE}")),
            }
        }
        options.rounds = rounds.unwrap_or(options.rounds);
        Ok(options)
    }

    /// Keeps only the named rows, runtimes and entrants. A kind of which nothing is named is kept completely.
    /// Timed rows, `memory` and cases are one kind.
    fn keep_only(&mut self, names: &str) -> Result<(), String> {
        let names: Vec<&str> = names.split(',').collect();
        let is_row = |name: &&str| {
            *name == MEMORY || Row::named(name).is_some() || Case::named(name).is_some()
        };
        let is_known =
            |name: &&&str| is_row(name) || Flavor::named(name).is_some() || entrant(name).is_some();
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            return Err(format!("unknown row, case, runtime or entrant {unknown}"));
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
            // The ratio of an entrant requires its reference.
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
    fn the_default_measures_everything() {
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
    fn only_restricts_the_kinds_that_it_names() {
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
    fn an_entrant_is_measured_with_its_reference() {
        assert_eq!(names(&parse("--only actor-64").unwrap()), ["twin-64", "actor-64"]);
    }

    #[test]
    fn output_paths_are_parsed() {
        let options = parse("--from a.json --svg b.svg --json c.json --write-readme").unwrap();
        let paths = [options.from, options.svg, options.json].map(Option::unwrap);
        assert_eq!(paths, ["a.json", "b.svg", "c.json"].map(PathBuf::from));
        assert!(options.write_readme);
    }

    #[test]
    fn errors_name_the_argument() {
        assert!(parse("--only calls").unwrap_err().contains("calls"));
        assert!(parse("--rounds 0").unwrap_err().contains('0'));
        assert!(parse("--rounds").unwrap_err().contains("--rounds"));
        assert!(parse("--fast").unwrap_err().contains("--fast"));
    }
}
