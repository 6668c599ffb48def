//! What the program is asked to do.

use lexopt::{Arg, Error, Parser, ValueExt};
use mini_redis_actors::Settings;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
A server that speaks RESP as Redis does. It ends with Ctrl-C.

Usage: mini-redis-actors [OPTIONS]

  --host ADDRESS    listen on this address [127.0.0.1]
  --port N          listen on this port; 0 lets the system choose one [6379]
  --databases N     how many databases there are [16]
  --maxclients N    how many clients there may be at once [10000]
  --threads N       how many threads do the work [1]
  --help            print this
";

/// The port of Redis.
const PORT: u16 = 6379;

/// What is to be done.
pub(crate) enum Command {
    /// Run the server.
    Run(Options),
    /// Print [`HELP`].
    Help,
}

/// How to run the server.
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) threads: usize,
}

/// Reads the command line.
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
            Arg::Long("threads") => options.threads = parser.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Run(options))
}
