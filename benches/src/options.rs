//! The command line.

use std::path::PathBuf;

use crate::{
    contestant::{Entrant, ROSTER, entrant},
    flavor::Flavor,
    workload::Row,
};

/// How the program is used.
pub const USAGE: &str = "\
usage: actor-benchmarks [--quick] [--rounds N] [--only NAMES] [--json FILE]
       actor-benchmarks one ENTRANT COUNT ROW

  --quick       a tenth of the work, five rounds
  --rounds N    count so many rounds (15)
  --only NAMES  names of rows, runtimes and entrants, with commas between them
  --json FILE   write the results there, instead of beside the program
  one           run one row once with so many messages, for an instruction counter";

/// The rows that `--only` can name beside the timed ones.
const MEMORY: &str = "memory";

/// What is to be measured.
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
    /// Where the results are written.
    pub json: Option<PathBuf>,
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
            json: None,
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
                    options.scale = 10;
                    options.rounds = 5;
                }
                "--rounds" => rounds = Some(number(&value()?)?),
                "--only" => options.keep_only(&value()?)?,
                "--json" => options.json = Some(value()?.into()),
                _ => return Err(format!("what is {argument}?")),
            }
        }
        options.rounds = rounds.unwrap_or(options.rounds);
        Ok(options)
    }

    /// Keeps what `names` names. A kind of thing that is not named at all is kept whole.
    fn keep_only(&mut self, names: &str) -> Result<(), String> {
        let names: Vec<&str> = names.split(',').collect();
        let known = |name: &&&str| {
            **name == MEMORY
                || Row::ALL.iter().any(|row| row.name() == **name)
                || Flavor::ALL.iter().any(|flavor| flavor.name() == **name)
                || entrant(name).is_some()
        };
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            return Err(format!("there is no row, runtime or entrant {unknown}"));
        }
        if names.contains(&MEMORY) || self.rows.iter().any(|row| names.contains(&row.name())) {
            self.memory = names.contains(&MEMORY);
            self.rows.retain(|row| names.contains(&row.name()));
        }
        if self.flavors.iter().any(|flavor| names.contains(&flavor.name())) {
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
        assert!(options.memory);
    }

    #[test]
    fn rounds_may_be_given_before_quick() {
        let options = parse("--rounds 9 --quick").unwrap();
        assert_eq!((options.rounds, options.scale), (9, 10));
    }

    #[test]
    fn only_keeps_what_it_names_and_all_of_what_it_does_not() {
        let options = parse("--only call,cast,two_workers").unwrap();
        assert_eq!(options.rows, [Row::Call, Row::Cast]);
        assert_eq!(options.flavors, [Flavor::TwoWorkers]);
        assert_eq!(options.entrants.len(), ROSTER.len());
        assert!(!options.memory);
        assert!(parse("--only memory").unwrap().rows.is_empty());
    }

    #[test]
    fn an_entrant_brings_its_reference_along() {
        assert_eq!(names(&parse("--only actor-64").unwrap()), ["twin-64", "actor-64"]);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parse("--only calls").unwrap_err().contains("calls"));
        assert!(parse("--rounds 0").unwrap_err().contains('0'));
        assert!(parse("--rounds").unwrap_err().contains("--rounds"));
        assert!(parse("--fast").unwrap_err().contains("--fast"));
    }
}
