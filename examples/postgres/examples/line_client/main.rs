//! A line client, as `psql` is one.
//!
//! ```console
//! $ bash examples/postgres/cluster.sh cargo run -p postgres-actor --example line_client
//! ```
//!
//! `DATABASE_URL`, or the first argument, says where. Ctrl-C cancels the statement that runs.

mod command;
mod copy;
mod input;
mod print;
mod shell;

use std::{env, error::Error, process::ExitCode};

use postgres_actor::Config;
use rustyline::{DefaultEditor, error::ReadlineError};
use tokio::runtime;

use input::Input;
use shell::{Next, Shell};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let url = env::args().nth(1).or_else(|| env::var("DATABASE_URL").ok());
    let config: Config =
        url.as_deref().unwrap_or("postgres://postgres@127.0.0.1/postgres").parse()?;
    // The driver runs on the worker while this thread waits for a line.
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut shell = runtime.block_on(Shell::connect(&config.application_name("line_client")))?;
    let mut editor = DefaultEditor::new()?;
    let history =
        env::var_os("HOME").map(|home| std::path::Path::new(&home).join(".line_client_history"));
    if let Some(history) = &history {
        let _ = editor.load_history(history);
    }
    let mut input = Input::default();
    loop {
        let prompt = if input.is_empty() { "=> " } else { "-> " };
        match editor.readline(prompt) {
            Ok(line) => {
                if !line.trim().is_empty() {
                    editor.add_history_entry(&line)?;
                    shell.remember(&line);
                }
                for part in input.add(&line) {
                    if let Next::Quit = runtime.block_on(shell.run(part)) {
                        return end(editor, history.as_deref(), &runtime, shell);
                    }
                }
            }
            // Ctrl-C at the prompt gives up what was typed.
            Err(ReadlineError::Interrupted) => input = Input::default(),
            Err(ReadlineError::Eof) => return end(editor, history.as_deref(), &runtime, shell),
            Err(error) => return Err(error.into()),
        }
    }
}

fn end(
    mut editor: DefaultEditor,
    history: Option<&std::path::Path>,
    runtime: &runtime::Runtime,
    shell: Shell,
) -> Result<ExitCode, Box<dyn Error>> {
    if let Some(history) = history {
        // Another client may have written to it meanwhile.
        let _ = editor.append_history(history);
    }
    let has_failed = shell.has_failed();
    runtime.block_on(shell.close());
    Ok(if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
