//! What babar's page on its driver task promises, each promise tried with this driver and with babar 0.2.0, by the same code.
//!
//! ```console
//! $ bash examples/postgres/cluster.sh cargo run --manifest-path examples/postgres/bench/Cargo.toml --bin promises
//! ```
//!
//! Prints the table of `examples/postgres/README.md`. Fails if this driver breaks one of the promises, or if the README
//! says anything else than was seen.

mod client;
mod copying;
mod dropping;
mod ending;
mod ours;
mod relay;
mod sharing;
mod theirs;

use std::{env, process::ExitCode, time::Duration};

use tokio::{runtime::Builder, time::timeout};

use crate::client::{Result, Target};

/// The longest that one experiment takes.
const DEADLINE: Duration = Duration::from_secs(120);

const README: &str = include_str!("../../../../README.md");

/// What an experiment has seen.
#[derive(Debug)]
pub(crate) struct Seen {
    is_kept: bool,
    what: String,
}

impl Seen {
    pub(crate) fn new(is_kept: bool, what: impl ToString) -> Self {
        Self { is_kept, what: what.to_string() }
    }

    /// What is said in the table, in bold if it breaks the promise.
    fn cell(&self) -> String {
        if self.is_kept { self.what.clone() } else { format!("**{}**", self.what) }
    }
}

/// A promise.
struct Promise {
    /// In the words of the page.
    words: &'static str,
    /// What is tried, and what is looked at.
    trial: &'static str,
    ours: fn(&Target) -> Seen,
    theirs: fn(&Target) -> Seen,
}

macro_rules! promises {
    ($($words:literal, $trial:literal => $module:ident::$experiment:ident;)*) => {
        &[$(Promise {
            words: $words,
            trial: $trial,
            ours: |target| seen($module::$experiment::<postgres_actor::Session>(target)),
            theirs: |target| seen($module::$experiment::<babar::Session>(target)),
        }),*]
    };
}

const PROMISES: &[Promise] = promises! {
    "Pipelining multiple short queries against one session is reasonable",
    "64 queries at once: sent before the first answer" => sharing::queries_at_once;
    "the driver task processes them in arrival order",
    "64 inserts at once: their order" => sharing::order;
    "a Parse/Bind/Execute/Sync is one writev of small frames",
    "writes for a statement" => sharing::writes;
    "Parameter status updates as the server announces them",
    "`TimeZone` after `SET`" => sharing::setting;
    "The internal prepared-statement cache",
    "one text prepared 10 times at once: statements on the server" => sharing::statements;
    "There is exactly one task per connection",
    "tasks while a stream is open" => sharing::tasks_of_a_stream;
    "codecs run on the calling task",
    "who decodes rows" => sharing::codecs;
    "The next command [..] runs after a clean protocol boundary",
    "queries dropped after 0 to 7 polls, and when they are sent: the answers to the next" => dropping::next_answer;
    "every public call in babar is cancellation-safe",
    "`transaction` dropped: of 100 rows acknowledged afterwards" => dropping::transaction;
    "every public call in babar is cancellation-safe",
    "`stream` dropped after 0 to 3 polls: of 4 rows acknowledged afterwards" => dropping::stream;
    "every public call in babar is cancellation-safe",
    "`prepare` dropped 10 times: statements on the server" => dropping::prepare;
    "`Session::close()` [..] joins the task",
    "tasks left while the server has not closed its end" => ending::close;
    "`Session::close()` [..] joins the task",
    "tasks left if a statement is not answered" => ending::close_unanswered;
    "the driver task notices, sends Terminate, and exits cleanly",
    "what a dropped session sends" => ending::goodbye;
    "There is no detached task that outlives the `Session` value",
    "tasks left with 1,000 rows of a stream that nobody reads" => ending::outlived_by_stream;
    "There is no detached task that outlives the `Session` value",
    "tasks left with a prepared statement, and 200 calls dropped before" => ending::outlived_by_statement;
    "The framing buffer (writes to tx_buf [..])",
    "`COPY` of 64 MiB: sent when the last row is produced" => copying::pieces;
    "The framing buffer ([..] reads chunked frames)",
    "`COPY` of 64 MiB, the server answers each row with a notice" => copying::notices;
};

/// Runs an experiment on a runtime of its own, so that all tasks are those of the driver.
fn seen(experiment: impl Future<Output = Result<Seen>>) -> Seen {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    match runtime.block_on(async { timeout(DEADLINE, experiment).await }) {
        Ok(Ok(seen)) => seen,
        Ok(Err(error)) => Seen::new(false, error),
        Err(_) => Seen::new(false, "does not end"),
    }
}

fn main() -> Result<ExitCode> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set: see `cluster.sh`")?;
    let peer: tokio_postgres::Config = url.parse()?;
    let user = peer.get_user().unwrap_or("postgres");
    let target = Target {
        port: peer.get_ports().first().copied().unwrap_or(5432),
        user: user.to_owned(),
        database: peer.get_dbname().unwrap_or(user).to_owned(),
    };
    println!("| babar's page | tried | this driver | babar 0.2.0 |\n|---|---|---|---|");
    let mut is_as_said = true;
    for Promise { words, trial, ours, theirs } in PROMISES {
        let (ours, theirs) = (ours(&target), theirs(&target));
        let row = format!("| \"{words}\" | {trial} | {} | {} |", ours.cell(), theirs.cell());
        println!("{row}");
        if !ours.is_kept {
            eprintln!("^ this driver breaks the promise");
        }
        let is_in_readme = README.lines().any(|line| line == row);
        if !is_in_readme {
            eprintln!("^ the README says something else");
        }
        is_as_said &= ours.is_kept && is_in_readme;
    }
    Ok(if is_as_said { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
