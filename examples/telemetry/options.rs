//! Command line options.

use std::{path::PathBuf, time::Duration};

use actor_examples::telemetry::{
    Settings,
    archive::Pace,
    uplink::{Fault, Plan},
};
use lexopt::{Arg, Error, Parser, ValueExt};

/// The text of `--help`.
pub(crate) const HELP: &str = "\
Collects telemetry from satellites over TCP, and checks that every frame is
accounted for.

Usage: telemetry [OPTIONS]

Without options, 48 simulated satellites and two captures send to the station
for a few seconds.

Simulated satellites:
  --uplinks N       number of satellites [48]
  --first N         id of the first satellite [1]
  --frames N        frames per satellite [2000]
  --burst N         typical number of frames per burst [16]
  --pause MS        pause between bursts [30]
  --emergency N     about one frame in N is an emergency; 0 for none [100]
  --faulty N        number of satellites that end with a fault [4]
  --replay FILE     replay a capture; may be repeated [the two in captures/]
  --no-replay       replay no capture

Station:
  --port N          port on 127.0.0.1 [a free port]
  --limit N         maximum number of stored frames [1000]
  --mailbox N       capacity of the aggregator's mailbox [128]
  --drain N         frames to drain every 10 ms; 0 for none [32]
  --record FILE     record all received frames as a capture

Modes:
  --serve           simulate no satellites, serve uplinks until Ctrl-C
  --soak SECONDS    run for this time, and check that memory does not grow
  --metrics         print all metrics at the end
  --prometheus PORT serve metrics on 127.0.0.1 [feature `prometheus`]
  --help            print this text
";

/// The parsed command line.
pub(crate) enum Command {
    /// Run the station.
    Run(Box<Options>),
    /// Print [`HELP`].
    Help,
}

/// Options of a run.
pub(crate) struct Options {
    pub(crate) station: Settings,
    pub(crate) replay: Vec<PathBuf>,
    pub(crate) serve: bool,
    pub(crate) soak: Option<Duration>,
    pub(crate) metrics: bool,
    pub(crate) prometheus: Option<u16>,
    uplinks: u32,
    first: u32,
    faulty: u32,
    plan: Plan,
}

impl Default for Options {
    fn default() -> Self {
        let captures = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/telemetry/captures"));
        Self {
            station: Settings::default(),
            replay: ["polar.tlm", "relay.tlm"].map(|name| captures.join(name)).into(),
            serve: false,
            soak: None,
            metrics: false,
            prometheus: None,
            uplinks: 48,
            first: 1,
            faulty: 4,
            plan: Plan {
                pause: Duration::from_millis(30),
                emergency_every: 100,
                payload: 128,
                ..Plan::new(0, 2000)
            },
        }
    }
}

impl Options {
    /// Returns the plan of each simulated satellite.
    pub(crate) fn plans(&self) -> Vec<Plan> {
        let uplinks = if self.serve { 0 } else { self.uplinks };
        let faults = Fault::ALL.into_iter().cycle().take(self.faulty as usize).map(Some);
        let faults = faults.chain(std::iter::repeat(None));
        (self.first..)
            .take(uplinks as usize)
            .zip(faults)
            .map(|(satellite, fault)| Plan { satellite, fault, ..self.plan.clone() })
            .collect()
    }
}

/// Parses the command line.
pub(crate) fn parse() -> Result<Command, Error> {
    parse_from(Parser::from_env())
}

fn parse_from(mut parser: Parser) -> Result<Command, Error> {
    let mut options = Box::new(Options::default());
    let mut replay = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("serve") => options.serve = true,
            Arg::Long("metrics") => options.metrics = true,
            Arg::Long("no-replay") => options.replay.clear(),
            Arg::Long("replay") => replay.push(parser.value()?.into()),
            Arg::Long(name) => {
                let name = name.to_owned();
                options.set(&name, &mut parser)?;
            }
            other => return Err(other.unexpected()),
        }
    }
    if options.serve || options.soak.is_some() || !replay.is_empty() {
        options.replay = replay;
    }
    if options.soak.is_some() {
        options.plan.frames = u64::MAX;
    }
    Ok(Command::Run(options))
}

impl Options {
    /// Sets an option that has a value.
    fn set(&mut self, name: &str, parser: &mut Parser) -> Result<(), Error> {
        let Self { station, plan, .. } = self;
        match name {
            "first" => self.first = parser.value()?.parse()?,
            "uplinks" => self.uplinks = parser.value()?.parse()?,
            "frames" => plan.frames = parser.value()?.parse()?,
            "burst" => plan.burst = at_least_one(parser)?,
            "pause" => plan.pause = Duration::from_millis(parser.value()?.parse()?),
            "emergency" => plan.emergency_every = parser.value()?.parse()?,
            "faulty" => self.faulty = parser.value()?.parse()?,
            "port" => station.gateway.port = parser.value()?.parse()?,
            "limit" => station.limits.frames = at_least_one(parser)?,
            "mailbox" => station.mailbox = at_least_one(parser)?,
            "drain" => {
                let max = parser.value()?.parse()?;
                station.archive = (max > 0).then_some(Pace { max, ..Pace::default() });
            }
            "record" => station.record = Some(parser.value()?.into()),
            "prometheus" if cfg!(feature = "prometheus") => {
                self.prometheus = Some(parser.value()?.parse()?);
            }
            "prometheus" => return Err("`--prometheus` needs the feature `prometheus`".into()),
            "soak" => self.soak = Some(Duration::from_secs(parser.value()?.parse()?)),
            _ => return Err(Arg::Long(name).unexpected()),
        }
        station.gateway.sessions = station.gateway.sessions.max(self.uplinks as usize + 16);
        Ok(())
    }
}

fn at_least_one<T: From<u8> + PartialOrd + std::str::FromStr>(
    parser: &mut Parser,
) -> Result<T, Error>
where
    T::Err: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let value: T = parser.value()?.parse()?;
    if value < T::from(1) {
        return Err("must be at least 1".into());
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(args: &[&str]) -> Options {
        match parse_from(Parser::from_args(args)) {
            Ok(Command::Run(options)) => *options,
            Ok(Command::Help) => panic!("{args:?} asks for help"),
            Err(error) => panic!("{args:?}: {error}"),
        }
    }

    fn refuse(args: &[&str], expected: &str) {
        match parse_from(Parser::from_args(args)) {
            Ok(_) => panic!("{args:?} is accepted"),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn the_default_is_48_satellites_and_two_captures() {
        let options = run(&[]);
        assert_eq!(options.plans().len(), 48);
        assert_eq!(options.plans().iter().filter(|plan| plan.fault.is_some()).count(), 4);
        assert!(options.replay.iter().all(|capture| capture.is_file()));
        assert_eq!(options.replay.len(), 2);
    }

    #[test]
    fn no_line_of_the_help_is_wider_than_80_columns() {
        for line in HELP.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn options_are_parsed() {
        let options = run(&["--uplinks=300", "--first", "7", "--faulty", "0", "--limit", "5"]);
        assert_eq!(options.plans()[0].satellite, 7);
        assert!(options.plans().iter().all(|plan| plan.fault.is_none()));
        assert_eq!(options.station.limits.frames, 5);
        assert!(options.station.gateway.sessions > 300, "the session limit fits all uplinks");
        assert!(run(&["--drain", "0"]).station.archive.is_none());
        assert_eq!(run(&["--replay", "one.tlm"]).replay, [PathBuf::from("one.tlm")]);
        assert!(run(&["--serve"]).plans().is_empty());
        assert_eq!(run(&["--soak", "60"]).soak, Some(Duration::from_secs(60)));
    }

    #[test]
    fn invalid_arguments_are_refused() {
        refuse(&["--nope"], "invalid option '--nope'");
        refuse(&["--mailbox", "0"], "must be at least 1");
        refuse(&["--uplinks"], "missing argument for option '--uplinks'");
        if !cfg!(feature = "prometheus") {
            refuse(&["--prometheus", "9000"], "`--prometheus` needs the feature `prometheus`");
        }
        refuse(&["frames"], "unexpected argument \"frames\"");
    }
}
