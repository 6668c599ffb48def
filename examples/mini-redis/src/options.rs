//! The command line.

use lexopt::{Arg, Error, Parser, ValueExt};
use mini_redis_actors::Settings;

/// The text printed by `--help`.
pub(crate) const HELP: &str = "\
A Redis-compatible server. Press Ctrl-C to shut it down.

Usage: mini-redis-actors [OPTIONS]

  --host ADDRESS    address to listen on [127.0.0.1]
  --port N          port to listen on; 0 picks a free port [6379]
  --databases N     number of databases [16]
  --maxclients N    maximum number of connected clients [10000]
  --threads N       number of worker threads [1]

How much is buffered for each client that does not read; 64kb, 8mb or 1gb:
  --output-buffer SIZE  replies, before no further requests are run [1mb]
  --query-buffer SIZE   requests that are read meanwhile [1gb]
  --pubsub-buffer SIZE  output of a subscriber, before it is disconnected [32mb]

  --debug           allow DEBUG PANIC, which breaks the store
  --help            print this help
";

/// The default port of Redis.
const PORT: u16 = 6379;

/// A parsed command line.
pub(crate) enum Command {
    /// Run the server.
    Run(Options),
    /// Print [`HELP`].
    Help,
}

/// The options of a server.
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) threads: usize,
}

/// Parses the command line.
pub(crate) fn parse() -> Result<Command, Error> {
    let mut parser = Parser::from_env();
    let settings = Settings { port: PORT, ..Settings::default() };
    let mut options = Options { settings, threads: 1 };
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("host") => options.settings.host = parser.value()?.parse()?,
            Arg::Long("port") => options.settings.port = parser.value()?.parse()?,
            Arg::Long("databases") => {
                options.settings.databases = parser.value()?.parse::<usize>()?.max(1);
            }
            Arg::Long("maxclients") => options.settings.max_clients = parser.value()?.parse()?,
            Arg::Long("output-buffer") => options.settings.limits.replies = size(&mut parser)?,
            Arg::Long("query-buffer") => options.settings.limits.requests = size(&mut parser)?,
            Arg::Long("pubsub-buffer") => options.settings.limits.messages = size(&mut parser)?,
            Arg::Long("debug") => options.settings.allows_debug = true,
            Arg::Long("threads") => options.threads = parser.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Run(options))
}

/// Parses a number of bytes, with the units of `redis.conf`.
fn size(parser: &mut Parser) -> Result<usize, Error> {
    let text = parser.value()?.string()?.to_ascii_lowercase();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "b" => 1,
        "kb" => 1 << 10,
        "mb" => 1 << 20,
        "gb" => 1 << 30,
        unit => return Err(format!("`{unit}` is no unit of size").into()),
    };
    let size = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(factor));
    size.ok_or_else(|| format!("`{text}` is no size").into())
}
