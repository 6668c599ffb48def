//! A chat bot that stores its data in SQLite, called from async code.
//!
//! ```console
//! $ cargo run -p sqlite-actor --bin chat_bot                  # demo
//! $ cargo run -p sqlite-actor --bin chat_bot -- --chat bot.db # interactive; `help` lists the commands
//! ```
//!
//! The exit status of the demo is 1 if a check fails.

mod chat;
mod command;
mod delivery;
mod evening;
mod server;

use std::{
    env,
    fmt::Display,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use actor_runtime::{Builder, Starting};
use sqlite_actor::{
    Error, GroupCommit, Options,
    bot::{Bot, BotHandle, SCHEMA},
};

const HELP: &str = "usage: chat_bot                 run the demo
       chat_bot --chat FILE     read commands from standard input; `help` lists them";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [] | ["--demo"] => evening::run().await,
        ["--chat", file] => chat::run(PathBuf::from(file)).await.map(|()| true),
        ["--help"] => {
            say(HELP);
            return ExitCode::SUCCESS;
        }
        _ => {
            complain(HELP);
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(format_args!("chat_bot: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Prints a line, if the output can be written. The exit status tells the outcome.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a line to standard error, if that can be written.
fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Starts the storage actor on its own thread.
fn start(file: PathBuf) -> Starting<BotHandle, Error> {
    let options = Options::new(file, SCHEMA).group_commit(GroupCommit::default());
    Builder::new().name("bot storage").batch(64).start_thread(move || Bot::open(&options))
}
