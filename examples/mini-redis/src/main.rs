//! The server as a program. It runs until Ctrl-C or SIGTERM; `--help` lists its options.

mod descriptors;
mod options;

use std::{
    io::{self, Write},
    net::SocketAddr,
    pin::pin,
    process::ExitCode,
};

use actor_runtime::{ActorHandle, Scope, select};
use mini_redis_actors::Settings;
use tokio::net::lookup_host;

use crate::options::{Command, Options};

fn main() -> ExitCode {
    let options = match options::parse() {
        Ok(Command::Run(options)) => options,
        Ok(Command::Help) => {
            return print(options::HELP.trim_end());
        }
        Ok(Command::Version) => {
            return print(concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")));
        }
        Err(error) => {
            complain(&format!("{error}\n\n{}", options::HELP));
            return ExitCode::from(2);
        }
    };
    let log = tracing_subscriber::fmt().with_max_level(options.level).with_writer(io::stderr);
    // A log that cannot be written is no reason to end.
    log.with_ansi(false).with_target(false).log_internal_errors(false).init();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Prints what was asked for.
fn print(text: &str) -> ExitCode {
    match writeln!(io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("cannot print: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Prints a message to standard error, if that can be written.
fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "mini-redis-actors: {text}");
}

/// How many tasks run before the system is asked for new events, if there are so many.
///
/// All clients that are ready are served in one round, so what they publish reaches each subscriber as one
/// write. With tokio's default, 61, a thousand subscribers make seventeen rounds.
const EVENT_INTERVAL: u32 = 4096;

fn run(options: &Options) -> io::Result<()> {
    // A single thread is the default, as in Redis: the actors exchange messages all the time, and
    // messages within a thread need not wake another one.
    let mut runtime = match options.threads {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        threads => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    runtime.event_interval(EVENT_INTERVAL).enable_all().build()?.block_on(serve(options))
}

async fn serve(options: &Options) -> io::Result<()> {
    let mut settings = options.settings;
    settings.max_clients = descriptors::allow(settings.max_clients);
    if settings.max_clients < options.settings.max_clients {
        tracing::warn!(
            "--maxclients is {} instead of {}: the process may not open more files, see `ulimit -n`",
            settings.max_clients,
            options.settings.max_clients
        );
    }
    let scope = Scope::new();
    let server = start(settings, &options.host, &scope).await?;
    let facts = server.facts().await.map_err(io::Error::other)?;
    // A closed standard output is no reason to end.
    let _ = writeln!(io::stdout(), "listening on {}", facts.address);
    let mut stopped = pin!(scope.until_signal());
    select! {
        exits = &mut stopped => return exits.map(drop),
        reason = server.exited() => if !reason.is_orderly() {
            return Err(io::Error::other(reason.to_string()));
        },
    }
    stopped.await.map(drop)
}

/// Starts the server on the first address of `host` that it can listen on.
async fn start(
    mut settings: Settings,
    host: &str,
    scope: &Scope,
) -> io::Result<mini_redis_actors::server::ServerHandle> {
    let port = settings.port;
    let failed = |doing: &str, error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("cannot {doing} (--host {host} --port {port}): {error}"),
        )
    };
    let addresses =
        lookup_host((host, port)).await.map_err(|error| failed("look up the host", error))?;
    let mut result = Err(failed("listen", io::Error::other("the host has no address")));
    for address in addresses {
        settings.host = address.ip();
        match mini_redis_actors::start(settings, scope).await {
            Ok(server) => return Ok(server),
            Err(error) => {
                let address = SocketAddr::new(settings.host, port);
                result = Err(failed(&format!("listen on {address}"), error));
            }
        }
    }
    result
}
