//! An SQLite database that two processes serve to many. See the section on it in `README.md`.
//!
//! ```text
//! store serve ADDRESS NAME FILE            a member of the group, until its input ends
//! store call ADDRESS NAME FIRST CALLERS    callers, until its input ends; prints what they were told
//! store check ADDRESS                      kills members while 64 callers work, and audits what is left
//! ```

mod audit;
mod callers;
mod events;
mod member;
mod notes;
mod process;
mod rounds;

use std::{error::Error, path::Path, process::ExitCode};

/// What goes wrong.
type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["serve", address, name, file] => member::serve(address, name, Path::new(file)).await,
        ["call", address, name, first, callers] => {
            callers::run(address, name, first, callers).await
        }
        ["check", address] => rounds::check(address).await,
        _ => {
            Err("serve ADDRESS NAME FILE, call ADDRESS NAME FIRST CALLERS, or check ADDRESS".into())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("store: {error}");
            ExitCode::FAILURE
        }
    }
}
