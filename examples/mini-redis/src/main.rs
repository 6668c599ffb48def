//! The server as a program. It runs until Ctrl-C or SIGTERM; `--help` lists its options.

mod options;

use std::{io, pin::pin, process::ExitCode};

use actor_runtime::{ActorHandle, Scope, select};
use mini_redis_actors::Settings;

use crate::options::{Command, Options};

fn main() -> ExitCode {
    let options = match options::parse() {
        Ok(Command::Run(options)) => options,
        Ok(Command::Help) => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("mini-redis-actors: {error}\n\n{}", options::HELP);
            return ExitCode::from(2);
        }
    };
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).with_target(false).init();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mini-redis-actors: {error}");
            ExitCode::FAILURE
        }
    }
}

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
    runtime.enable_all().build()?.block_on(serve(options.settings))
}

async fn serve(settings: Settings) -> io::Result<()> {
    let scope = Scope::new();
    let server = mini_redis_actors::start(settings, &scope).await?;
    let facts = server.facts().await.map_err(io::Error::other)?;
    println!("listening on {}", facts.address);
    let mut stopped = pin!(scope.until_signal());
    select! {
        exits = &mut stopped => return exits.map(drop),
        reason = server.exited() => if !reason.is_orderly() {
            return Err(io::Error::other(reason.to_string()));
        },
    }
    stopped.await.map(drop)
}
