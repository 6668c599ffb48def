//! A chat bot's memory, from async code.
//!
//! ```console
//! $ cargo run -p sqlite-actor --bin chat_bot                  # a made-up evening; ends by itself
//! $ cargo run -p sqlite-actor --bin chat_bot -- --chat bot.db # type commands; `help` lists them
//! ```
//!
//! The exit status of the first is 1 if the memory is not what it has to be.

mod chat;
mod command;
mod delivery;
mod evening;
mod server;

use std::{env, path::PathBuf, process::ExitCode};

use actor_runtime::{Builder, Starting};
use sqlite_actor::{
    GroupCommit, Options,
    bot::{Bot, SCHEMA},
};

const HELP: &str = "usage: chat_bot                 a made-up evening, which ends by itself
       chat_bot --chat FILE     read commands from the standard input; `help` lists them";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [] | ["--demo"] => evening::run().await,
        ["--chat", file] => chat::run(PathBuf::from(file)).await.map(|()| true),
        ["--help"] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chat_bot: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Starts the memory on its own thread. Await it for the handle, or for what is wrong with the file.
fn start(file: PathBuf) -> Starting<Bot> {
    let options = Options::new(file, SCHEMA).group_commit(GroupCommit::default());
    Builder::new().name("bot memory").batch(64).start_thread(move || Bot::open(&options))
}
