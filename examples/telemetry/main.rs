//! The telemetry aggregator: 48 satellites and two recorded captures feed one actor.
//!
//! Run with `cargo run -p actor-examples --example telemetry`; see `README.md` in this directory. The program exits on its
//! own after printing a table. Its exit status is 1 if the conservation law is violated.

mod live;
mod meters;
mod options;
mod soak;

use std::{
    fmt::Display,
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
};

use actor_runtime::ActorHandle;

use actor_examples::telemetry::{
    Station,
    station::Remains,
    uplink::{self, Plan, Sent},
};
use tokio::task::JoinSet;

use crate::{
    live::Live,
    meters::Meters,
    options::{Command, Options},
};

#[tokio::main]
async fn main() -> ExitCode {
    let options = match options::parse() {
        Ok(Command::Run(options)) => options,
        Ok(Command::Help) => {
            return match say(options::HELP.trim_end()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(&error),
            };
        }
        Err(error) => {
            complain(format_args!("telemetry: {error}\n\n{}", options::HELP));
            return ExitCode::from(2);
        }
    };
    match run(*options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => fail(&error),
    }
}

/// Prints a line. `println!` would panic if the output cannot be written.
pub(crate) fn say(line: impl Display) -> io::Result<()> {
    let written = writeln!(io::stdout(), "{line}").and_then(|()| io::stdout().flush());
    written.map_err(|error| io::Error::new(error.kind(), format!("cannot print: {error}")))
}

/// Prints a line to standard error, if that can be written.
fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn fail(error: &io::Error) -> ExitCode {
    complain(format_args!("telemetry: {error}"));
    ExitCode::FAILURE
}

/// Runs the program. Returns `true` if all checks pass.
async fn run(options: Options) -> io::Result<bool> {
    let meters = match options.prometheus {
        Some(port) => {
            serve_metrics(port)?;
            None
        }
        None => options.metrics.then(Meters::install),
    };
    let live = Live::start();
    let station = Station::start(options.station.clone()).await?;
    say(format_args!("listening on {}", station.address()))?;

    let mut fleet = Fleet::launch(station.address(), options.plans());
    for capture in &options.replay {
        let begun = station.gateway().replay(capture.clone()).await.map_err(io::Error::other)?;
        begun.map_err(io::Error::other)?;
    }
    let soak = options.soak.map(soak::Watch::start);
    let (aggregator, gateway) = (station.aggregator().clone(), station.gateway().clone());
    let watch = live.watch(aggregator, gateway, options.station.limits.frames);
    let is_interrupted = tokio::select! {
        ended = station.scope().until_signal() => ended.map(|_| true)?,
        // It ends by itself if the aggregator has.
        _ = station.gateway().exited() => true,
        is_done = work(&options, &mut fleet, &station) => !is_done,
    };
    let remains = station.stop().await;
    fleet.land().await;
    drop(watch);
    if is_interrupted {
        say("interrupted: the station was shut down early")?;
    }
    let is_whole = report(&remains, &fleet)?;
    let is_flat = match soak {
        Some(soak) => soak.report().await?,
        None => true,
    };
    if let Some(meters) = meters {
        say(format_args!("\n{}", meters.to_string().trim_end()))?;
    }
    Ok(is_whole && is_flat)
}

/// Serves the metrics over HTTP. They are then not printed at the end.
#[cfg(feature = "prometheus")]
fn serve_metrics(port: u16) -> io::Result<()> {
    let builder = metrics_exporter_prometheus::PrometheusBuilder::new();
    let installed = builder.with_http_listener(([127, 0, 0, 1], port)).install();
    installed.map_err(|error| {
        io::Error::other(format!("cannot serve metrics on 127.0.0.1:{port}: {error}"))
    })
}

/// Not reached: the option is refused.
#[cfg(not(feature = "prometheus"))]
fn serve_metrics(_: u16) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Waits until the work is done. Returns `false` if the station closed before that.
async fn work(options: &Options, fleet: &mut Fleet, station: &Station) -> bool {
    match options.soak {
        Some(duration) => tokio::time::sleep(duration).await,
        None if options.serve => std::future::pending().await,
        None => fleet.land().await,
    }
    // If the station closes, the satellites finish early and the call to the gateway fails. In a soak they
    // are still sending at this point.
    options.soak.is_some() || station.gateway().quiet().await.is_ok()
}

/// The tasks of the simulated satellites, and the results of those that have finished.
struct Fleet {
    flying: JoinSet<io::Result<Sent>>,
    sent: Vec<Sent>,
    lost: usize,
}

impl Fleet {
    fn launch(station: SocketAddr, plans: Vec<Plan>) -> Self {
        let mut flying = JoinSet::new();
        for plan in plans {
            flying.spawn(uplink::fly(station, plan));
        }
        Self { flying, sent: Vec::new(), lost: 0 }
    }

    async fn land(&mut self) {
        while let Some(landed) = self.flying.join_next().await {
            match landed.map_err(io::Error::other).flatten() {
                Ok(sent) => self.sent.push(sent),
                Err(error) => {
                    complain(format_args!("a satellite failed: {error}"));
                    self.lost += 1;
                }
            }
        }
    }
}

/// Prints the results. Returns `true` if the conservation law holds.
fn report(remains: &Remains, fleet: &Fleet) -> io::Result<bool> {
    let ledger = remains.ledger(&fleet.sent);
    say(format_args!("\n{ledger}"))?;
    let failed = remains.books.failed;
    if failed > 0 {
        say(format_args!("{failed} sessions failed, see the log above"))?;
    }
    remains.recorded.as_ref().map_err(|error| io::Error::other(error.to_string()))?;
    let mut breaches = ledger.breaches();
    if remains.aggregator.is_none() {
        breaches.push("the aggregator did not return its state".to_owned());
    }
    if remains.archive.misordered() > 0 {
        breaches.push(format!("{} frames were drained out of order", remains.archive.misordered()));
    }
    if fleet.lost > 0 {
        breaches.push(format!("{} satellites failed without a count of their frames", fleet.lost));
    }
    for breach in &breaches {
        say(format_args!("BROKEN: {breach}"))?;
    }
    if breaches.is_empty() {
        say("the conservation law holds: received = mailbox + oldest + drained + stored,\n\
             and no emergency was dropped")?;
    }
    Ok(breaches.is_empty())
}
