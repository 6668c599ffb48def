//! An emulator that stores its data in SQLite, called from a plain thread at 60 frames per second.
//!
//! The program has no async runtime.
//!
//! ```console
//! $ cargo run -p sqlite-actor --bin emulator                   # demo of three seconds
//! $ cargo run -p sqlite-actor --bin emulator -- --fast         # demo without pauses between frames
//! $ cargo run -p sqlite-actor --bin emulator -- --file play.db # keeps the file; a second run continues the game
//! ```
//!
//! The exit status is 1 if a check fails.

mod machine;
mod session;

use std::{
    env,
    fmt::Display,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    thread,
};

use actor_runtime::{ActorHandle, Builder};
use sqlite_actor::{
    Error, Options, Result,
    console::{Console, ConsoleHandle, SCHEMA},
};

use crate::session::{Plan, Played, play};

const HELP: &str = "usage: emulator [--frames N] [--fast] [--file FILE]";

fn main() -> ExitCode {
    let Some(arguments) = Arguments::parse(env::args().skip(1)) else {
        complain(HELP);
        return ExitCode::from(2);
    };
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(format_args!("emulator: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Prints a line, if the output can be written. The exit status tells the outcome.
fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a line to standard error, if that can be written.
fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

struct Arguments {
    plan: Plan,
    /// The database file. `None` uses a temporary file.
    file: Option<PathBuf>,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut arguments = Self { plan: Plan { frames: 180, is_fast: false }, file: None };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--demo" => {}
                "--fast" => arguments.plan.is_fast = true,
                "--frames" => arguments.plan.frames = words.next()?.parse().ok()?,
                "--file" => arguments.file = Some(words.next()?.into()),
                _ => return None,
            }
        }
        Some(arguments)
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    let own = std::env::temp_dir().join(format!("emulator-{}.db", std::process::id()));
    let file = arguments.file.clone().unwrap_or_else(|| own.clone());
    let console = start(file.clone())?;
    let game = console.insert_game("Meteor Run").blocking()??;
    let before = console.frames_played(game).blocking()??;

    let (player, plan) = (console.clone(), arguments.plan);
    let played = thread::Builder::new()
        .name("60 Hz".to_owned())
        .spawn(move || play(&player, game, plan))
        .map_err(|error| Error::NoThread(error.into()))?;
    let played =
        played.join().map_err(|_| Error::Panicked("the game thread panicked".into()))??;
    console.shutdown().blocking();

    // Restart, so that the checks see only what is in the file.
    let console = start(file)?;
    let is_right = check(&console, game, before, &played)?;
    console.shutdown().blocking();
    if arguments.file.is_none() {
        std::fs::remove_file(own).map_err(|error| Error::CannotOpen(error.to_string()))?;
    }
    Ok(is_right)
}

fn start(file: PathBuf) -> Result<ConsoleHandle> {
    let options = Options::new(file, SCHEMA);
    let console = Builder::new().name("storage").start_thread(move || Console::open(&options));
    Ok(console.blocking()?)
}

fn check(console: &ConsoleHandle, game: i64, before: i64, played: &Played) -> Result<bool> {
    let frames = console.frames_played(game).blocking()?? - before;
    let replayed = session::replay(console, game, played)?;
    let achievements = console.achievements(game).blocking()??;
    let checks = [
        ("every frame is counted", frames == i64::from(played.frames)),
        ("the saved states replay to the same frame", replayed),
        (
            "the achievements are stored",
            played.achievements.iter().all(|a| achievements.contains(a)),
        ),
    ];
    say(format_args!(
        "{} frames, {} saves, {} achievements; storage took at most {:?} of a 16.7 ms frame; \
         play time was postponed {} times because the mailbox was full",
        played.frames,
        played.saves,
        achievements.len(),
        played.slowest,
        played.postponed,
    ));
    for (what, is_so) in checks {
        say(format_args!("{:>6}  {what}", if is_so { "yes" } else { "NO" }));
    }
    Ok(checks.iter().all(|(_, is_so)| *is_so))
}
