//! The server as a program. `--help` says how it is run; it ends with Ctrl-C.

mod options;

use std::{io, process::ExitCode};

use actor_runtime::Scope;
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
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mini-redis-actors: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    // Like Redis it runs on one thread, unless it is told otherwise: actors that talk to each other all
    // the time are faster where nobody has to be woken.
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
    scope.until_signal().await?;
    Ok(())
}
