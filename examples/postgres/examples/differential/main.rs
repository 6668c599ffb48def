//! Runs files of SQL through a session and through tokio-postgres, each on a server of its own, and compares rows, tags
//! and SQLSTATEs, by the simple and the extended protocol.
//!
//! ```console
//! $ bash examples/postgres/others.sh regress
//! $ bash examples/postgres/cluster.sh bash -c 'OURS=$DATABASE_URL exec bash examples/postgres/cluster.sh "$@"' sh \
//!       cargo run -p postgres-actor --example differential -- FILE..
//! ```
//!
//! The files of PostgreSQL's own regression tests can be used: their variables are replaced, other commands of `psql` are
//! left out, and the data of a `COPY .. FROM stdin` is sent. Fails if there is a difference that is not explained by the
//! servers: their numbers of objects, the order of rows, or a connection that tokio-postgres has lost.

mod answers;
#[path = "../line_client/input.rs"]
mod input;
mod script;

use std::{env, error::Error, fs, path::Path, process::ExitCode, time::Duration};

use answers::{Ours, Peer, Theirs};
use postgres_actor::Config;
use script::{Step, steps};
use tokio::time::timeout;

/// No statement may take longer.
const LIMIT: Duration = Duration::from_secs(20);

/// What came of the statements.
#[derive(Debug, Default)]
struct Totals {
    statements: usize,
    same: usize,
    /// The same rows in another order.
    order: usize,
    /// The same, but for numbers of at least five digits.
    numbers: usize,
    /// An error of tokio-postgres itself, or what follows from one in the same file.
    theirs: usize,
    different: usize,
    /// Connections that were lost without the other one.
    lost: usize,
}

impl Totals {
    /// Compares two answers. Returns whether the difference is unexplained.
    fn compare(&mut self, ours: &str, theirs: &str, has_diverged: bool) -> bool {
        self.statements += 1;
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        if ours == theirs {
            self.same += 1;
        } else if has_diverged {
            self.theirs += 1;
        } else if sorted(ours) == sorted(theirs) {
            self.order += 1;
        } else if sorted(&without_numbers(ours)) == sorted(&without_numbers(theirs)) {
            self.numbers += 1;
        } else {
            self.different += 1;
            return true;
        }
        false
    }
}

/// Replaces numbers of five digits or more.
fn without_numbers(text: &str) -> String {
    let mut parts = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        if digits.len() < 5 {
            parts.push_str(digits);
        } else {
            parts.push('#');
        }
        parts.push_str(&part[digits.len()..]);
    }
    parts
}

/// The longest beginning of a text that fits a line.
fn short(text: &str) -> String {
    text.replace('\n', " ").chars().take(300).collect()
}

async fn connect(ours: &Config, theirs: &str) -> Result<(Ours, Theirs), Box<dyn Error>> {
    Ok((Ours::connect(ours).await?.alone().await, Theirs::connect(theirs).await?.alone().await))
}

/// Runs one file, by one protocol.
async fn run(
    path: &Path,
    (ours, theirs): (&Config, &str),
    is_extended: bool,
    totals: &mut Totals,
) -> Result<(), Box<dyn Error>> {
    let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
    let (mut one, mut two) = connect(ours, theirs).await?;
    let mut has_diverged = false;
    for Step { sql, data } in steps(&text) {
        let lower = sql.to_ascii_lowercase();
        if data.is_none() && lower.contains("copy") && lower.contains("std") {
            continue; // After one, tokio-postgres has lost its connection.
        }
        let both = async {
            match &data {
                Some(data) => (one.copy(&sql, data).await, two.copy(&sql, data).await),
                None if is_extended => (one.extended(&sql).await, two.extended(&sql).await),
                None => (one.simple(&sql).await, two.simple(&sql).await),
            }
        };
        let answers = timeout(LIMIT, both).await;
        let (is_lost, is_peer_lost) = (one.is_lost(), two.is_lost());
        let (ours_says, theirs_says) = match answers {
            Ok(answers) => answers,
            Err(_) => {
                totals.different += 1;
                println!("{}: not within {LIMIT:?}: {}", path.display(), short(&sql));
                return Ok(());
            }
        };
        // The names of statements are the clients' own, and the number of a temporary schema is that of a process.
        let has_names = ["from pg_prepared_statements", "pg_my_temp_schema()"];
        let is_hidden = has_names.iter().any(|word| lower.contains(word));
        let hidden = |text: String| match is_hidden {
            true => format!("{} rows", text.lines().count()),
            false => text,
        };
        let (ours_says, theirs_says) = (hidden(ours_says), hidden(theirs_says));
        if theirs_says == "error of the client" && ours_says != theirs_says && !has_diverged {
            println!("{}: tokio-postgres fails: {}", path.display(), short(&sql));
            has_diverged = true;
        }
        if totals.compare(&ours_says, &theirs_says, has_diverged) {
            let (ours, theirs) = (short(&ours_says), short(&theirs_says));
            println!("{}: {}\n  ours   {ours}\n  theirs {theirs}", path.display(), short(&sql));
        }
        if is_lost || is_peer_lost {
            if is_lost && !is_peer_lost {
                totals.lost += 1;
                println!("{}: lost: {}", path.display(), short(&sql));
            }
            drop((one, two));
            (one, two) = connect(ours, theirs).await?;
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (ours, theirs): (Config, _) = (env::var("OURS")?.parse()?, env::var("DATABASE_URL")?);
    // tokio-postgres keeps no statements, either.
    let ours = ours.statements(postgres_actor::StatementMode::Named { cache: 0 });
    let mut totals = Totals::default();
    for file in env::args().skip(1) {
        for is_extended in [false, true] {
            run(Path::new(&file), (&ours, &theirs), is_extended, &mut totals).await?;
        }
    }
    let Totals { statements, same, order, numbers, theirs, different, lost } = totals;
    println!(
        "{statements} statements: {same} the same, {order} in another order, {numbers} with other numbers of objects, \
         {theirs} after errors of tokio-postgres itself; {different} different, {lost} connections lost"
    );
    Ok(if different + lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
