//! The command line.

use std::{ops::RangeInclusive, str::FromStr};

use lexopt::{Arg, Error, Parser, ValueExt};
use mini_redis_actors::Settings;
use tracing::Level;

/// The text printed by `--help`.
pub(crate) const HELP: &str = "\
A Redis-compatible server. Press Ctrl-C to shut it down.

Usage: mini-redis-actors [OPTIONS]

  --host NAME         name or address to listen on [127.0.0.1]
  -p, --port N        port to listen on; 0 picks a free port [6379]
  --databases N       number of databases [16]
  --maxclients N      maximum number of connected clients [10000]
  --threads N         number of worker threads [1]
  --loglevel LEVEL    error, warn, info or debug; the log is on stderr [info]
  --debug             allow DEBUG PANIC, which breaks the store
  -v, --version       print the version
  -h, --help          print this help

How much is buffered for each client that does not read; 64kb, 8mb or 1gb:
  --output-buffer SIZE  replies, before no further requests are run [1mb]
  --query-buffer SIZE   requests that are read meanwhile [1gb]
  --pubsub-buffer SIZE  output of a subscriber, before it is disconnected [32mb]
";

/// The default port of Redis.
const PORT: u16 = 6379;

/// A parsed command line.
pub(crate) enum Command {
    /// Run the server.
    Run(Options),
    /// Print [`HELP`].
    Help,
    /// Print the version.
    Version,
}

/// The options of a server.
pub(crate) struct Options {
    /// The address in the settings is replaced by those of `host`.
    pub(crate) settings: Settings,
    pub(crate) host: String,
    pub(crate) threads: usize,
    pub(crate) level: Level,
}

/// Parses the command line.
pub(crate) fn parse() -> Result<Command, Error> {
    let mut parser = Parser::from_env();
    let mut settings = Settings { port: PORT, ..Settings::default() };
    let (mut host, mut threads, mut level) = ("127.0.0.1".to_owned(), 1, Level::INFO);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("version") | Arg::Short('v' | 'V') => return Ok(Command::Version),
            Arg::Long("host") => host = parser.value()?.string()?,
            Arg::Long("port") | Arg::Short('p') => settings.port = value(&mut parser, "--port")?,
            Arg::Long("databases") => {
                settings.databases = within(&mut parser, "--databases", 1..=65_536)?;
            }
            Arg::Long("maxclients") => {
                settings.max_clients = within(&mut parser, "--maxclients", 1..=usize::MAX)?;
            }
            Arg::Long("output-buffer") => {
                settings.limits.replies = size(&mut parser, "--output-buffer")?;
            }
            Arg::Long("query-buffer") => {
                settings.limits.requests = size(&mut parser, "--query-buffer")?;
            }
            Arg::Long("pubsub-buffer") => {
                settings.limits.messages = size(&mut parser, "--pubsub-buffer")?;
            }
            Arg::Long("debug") => settings.allows_debug = true,
            Arg::Long("threads") => threads = within(&mut parser, "--threads", 1..=1024)?,
            Arg::Long("loglevel") => level = value(&mut parser, "--loglevel")?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Run(Options { settings, host, threads, level }))
}

/// Parses the value of an option. An error names the option.
fn value<T: FromStr>(parser: &mut Parser, option: &str) -> Result<T, Error>
where
    T::Err: std::fmt::Display,
{
    let text = parser.value()?.string()?;
    text.parse().map_err(|error| format!("invalid value `{text}` of {option}: {error}").into())
}

/// Parses a number in a range. What is out of it would end the program later, or be read as something else.
fn within(parser: &mut Parser, option: &str, range: RangeInclusive<usize>) -> Result<usize, Error> {
    let number = value(parser, option)?;
    if range.contains(&number) {
        return Ok(number);
    }
    let (least, most) = range.into_inner();
    let expected =
        if most == usize::MAX { format!("at least {least}") } else { format!("{least} to {most}") };
    Err(format!("invalid value `{number}` of {option}: expected {expected}").into())
}

/// Parses a number of bytes, with the units of `redis.conf`.
fn size(parser: &mut Parser, option: &str) -> Result<usize, Error> {
    let text = parser.value()?.string()?.to_ascii_lowercase();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "b" => Some(1),
        "kb" => Some(1 << 10),
        "mb" => Some(1 << 20),
        "gb" => Some(1 << 30),
        _ => None,
    };
    let number = digits.parse::<usize>().ok();
    let size = number.zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    let error =
        || format!("invalid value `{text}` of {option}: a size is, for example, 64kb or 8mb");
    size.ok_or_else(|| error().into())
}
