//! The resolver as a forwarder for ordinary clients. It runs until Ctrl-C or SIGTERM; `--help` lists its
//! options.

mod metrics;
mod options;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use actor_runtime::Scope;
use dns_actor::{Resolver, front::Front};
use tokio::{net::TcpListener, runtime};

use crate::{
    metrics::Metrics,
    options::{Command, Options},
};

fn main() -> ExitCode {
    let options = match options::parse() {
        Ok(Command::Run(options)) => options,
        Ok(Command::Help) => {
            return print(options::HELP.trim_end());
        }
        Ok(Command::Version) => {
            return print(concat!("dns-front ", env!("CARGO_PKG_VERSION")));
        }
        Err(error) => {
            complain(&format!("{error}\n\n{}", options::HELP));
            return ExitCode::from(2);
        }
    };
    let log = tracing_subscriber::fmt().with_max_level(options.level).with_writer(io::stderr);
    // A log that cannot be written is no reason to end.
    log.with_ansi(false).with_target(false).log_internal_errors(false).init();
    match run(*options) {
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
    let _ = writeln!(io::stderr(), "dns-front: {text}");
}

fn run(options: Options) -> io::Result<()> {
    // On a single thread, the actors' messages wake no other thread.
    let mut runtime = match options.threads {
        0 | 1 => runtime::Builder::new_current_thread(),
        threads => {
            let mut builder = runtime::Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    runtime.enable_all().build()?.block_on(serve(options))
}

async fn serve(options: Options) -> io::Result<()> {
    let Options { listen, config, front, metrics, .. } = options;
    let servers: Vec<String> = config.servers.iter().map(ToString::to_string).collect();
    let resolver = Resolver::spawn(config);
    let scope = Scope::new();
    let front = Front::start(&listen, front, &resolver, &scope).await?;
    if let Some(address) = metrics {
        let named = |error| io::Error::other(format!("cannot listen on {address}: {error}"));
        let listener = TcpListener::bind(address).await.map_err(named)?;
        let address = listener.local_addr()?;
        scope.spawn(Metrics::new(listener, resolver.clone(), front.stats().clone()));
        let _ = writeln!(io::stdout(), "metrics on http://{address}/metrics");
    }
    for address in front.addresses() {
        // A closed standard output is no reason to end.
        let _ = writeln!(io::stdout(), "listening on {address}");
    }
    tracing::info!("asks {}", servers.join(", "));
    // First the clients, which get the answers that are under way, then the resolver.
    for exit in scope.until_signal().await? {
        tracing::debug!("{exit}");
    }
    resolver.shutdown().await;
    tracing::info!("has shut down");
    Ok(())
}
