//! The command line.

use std::{fs, net::SocketAddr, str::FromStr, time::Duration};

use dns_actor::{
    Config, Stale,
    front::{Access, FrontConfig},
};
use lexopt::{Arg, Error, Parser, ValueExt};
use tracing::Level;

/// The text printed by `--help`.
pub(crate) const HELP: &str = "\
A DNS forwarder with a cache. Press Ctrl-C to shut it down.

Usage: dns-front [OPTIONS]

  -l, --listen ADDRESS   address and port for UDP and TCP; 0 picks a free port; may be
                         repeated [127.0.0.1:5353]
  -s, --server ADDRESS   server to ask, with a port or without; may be repeated [those in
                         /etc/resolv.conf]
  --allow NETWORK        clients that are answered, such as 192.0.2.0/24; may be repeated
                         [loopback, private and link-local addresses]
  --cache N              answers that are kept [10000]
  --stale                give answers that have expired if no server answers
  --no-prefetch          do not look names up again before they expire
  --random-case          send names in random upper and lower case, and compare it (0x20)
  --attempt MS           how long one server is waited for [2000]
  --total MS             how long a question is asked [5000]
  --questions N          different questions under way at once [8192]
  --per-client N         questions of one client under way at once [100]
  --rate BYTES           what one client may receive over UDP in a second; loopback addresses
                         have no limit [1048576]
  --connections N        clients over TCP [256]
  --metrics ADDRESS      serve metrics over HTTP, for Prometheus
  --threads N            worker threads [1]
  --loglevel LEVEL       error, warn, info or debug; the log is on stderr [info]
  -v, --version          print the version
  -h, --help             print this help
";

/// A parsed command line.
pub(crate) enum Command {
    /// Run the front.
    Run(Box<Options>),
    /// Print [`HELP`].
    Help,
    /// Print the version.
    Version,
}

/// The options of a front.
pub(crate) struct Options {
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) config: Config,
    pub(crate) front: FrontConfig,
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) threads: usize,
    pub(crate) level: Level,
}

/// Parses the command line.
pub(crate) fn parse() -> Result<Command, Error> {
    let mut parser = Parser::from_env();
    let mut options = Options {
        listen: Vec::new(),
        config: Config::new([]),
        front: FrontConfig::default(),
        metrics: None,
        threads: 1,
        level: Level::INFO,
    };
    let mut networks = Vec::new();
    while let Some(arg) = parser.next()? {
        let name = match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("version") | Arg::Short('v' | 'V') => return Ok(Command::Version),
            Arg::Short('l') => "listen".to_owned(),
            Arg::Short('s') => "server".to_owned(),
            Arg::Long(name) => name.to_owned(),
            other => return Err(other.unexpected()),
        };
        match name.as_str() {
            "allow" => networks.push(parser.value()?.string()?),
            name => option(&mut options, name, &mut parser)?,
        }
    }
    if !networks.is_empty() {
        let networks = networks.iter().map(String::as_str);
        options.front.access = Access::new(networks).map_err(|error| error.to_string())?;
    }
    if options.listen.is_empty() {
        options.listen.push(SocketAddr::from(([127, 0, 0, 1], 5353)));
    }
    if options.config.servers.is_empty() {
        options.config.servers = system_servers(&options.listen)?;
    }
    Ok(Command::Run(Box::new(options)))
}

fn option(options: &mut Options, name: &str, parser: &mut Parser) -> Result<(), Error> {
    let Options { config, front, .. } = options;
    match name {
        "listen" => options.listen.push(value(parser, "--listen")?),
        "server" => config.servers.push(server(parser)?),
        "cache" => config.cache = value(parser, "--cache")?,
        "stale" => config.stale = Stale::RECOMMENDED,
        "no-prefetch" => config.prefetch = false,
        "random-case" => config.random_case = true,
        "attempt" => config.attempt = milliseconds(parser, "--attempt")?,
        "total" => config.total = milliseconds(parser, "--total")?,
        "questions" => config.questions = at_least_one(parser, "--questions")?,
        "per-client" => front.per_client = at_least_one(parser, "--per-client")?,
        "rate" => front.bytes_per_second = value(parser, "--rate")?,
        "connections" => front.connections = value(parser, "--connections")?,
        "metrics" => options.metrics = Some(value(parser, "--metrics")?),
        "threads" => options.threads = value(parser, "--threads")?,
        "loglevel" => options.level = value(parser, "--loglevel")?,
        name => return Err(format!("invalid option '--{name}'").into()),
    }
    Ok(())
}

/// The servers of the system, except this program itself.
fn system_servers(listen: &[SocketAddr]) -> Result<Vec<SocketAddr>, Error> {
    let file = "/etc/resolv.conf";
    let text = fs::read_to_string(file).map_err(|error| format!("cannot read {file}: {error}"))?;
    let mut servers = Config::from_resolv_conf(&text).servers;
    servers.retain(|server| !listen.contains(server));
    if servers.is_empty() {
        return Err(format!("{file} has no name servers: name them with --server").into());
    }
    Ok(servers)
}

/// Parses an address with a port or without.
fn server(parser: &mut Parser) -> Result<SocketAddr, Error> {
    let text = parser.value()?.string()?;
    let address = text.parse().or_else(|_| text.parse().map(|ip| SocketAddr::new(ip, 53)));
    address.map_err(|_| {
        format!("invalid value `{text}` of --server: 192.0.2.1 or 192.0.2.1:53 is expected").into()
    })
}

fn milliseconds(parser: &mut Parser, option: &str) -> Result<Duration, Error> {
    at_least_one(parser, option).map(|number| Duration::from_millis(number as u64))
}

fn at_least_one(parser: &mut Parser, option: &str) -> Result<usize, Error> {
    let number = value(parser, option)?;
    if number == 0 { Err(format!("{option} must be at least 1").into()) } else { Ok(number) }
}

/// Parses the value of an option. An error names the option.
fn value<T: FromStr>(parser: &mut Parser, option: &str) -> Result<T, Error>
where
    T::Err: std::fmt::Display,
{
    let text = parser.value()?.string()?;
    text.parse().map_err(|error| format!("invalid value `{text}` of {option}: {error}").into())
}
