//! Runs files of SQL through a session and through tokio-postgres, each on a server of its own, and compares rows, tags
//! and SQLSTATEs, by the simple and the extended protocol.
//!
//! ```console
//! $ bash examples/postgres/cluster.sh bash -c 'OURS=$DATABASE_URL exec bash examples/postgres/cluster.sh "$@"' sh \
//!       cargo run -p postgres-actor --example differential -- FILE..
//! ```
//!
//! The files of PostgreSQL's own regression tests can be used: commands of `psql` are left out, and the data of a
//! `COPY .. FROM stdin` is sent. Differences are printed; those of process ids, times and random values are real.

mod answers;
#[path = "../line_client/input.rs"]
mod input;

use std::{env, error::Error, fs, path::Path, time::Duration};

use answers::{Ours, Peer, Theirs};
use input::{Input, Part};
use postgres_actor::Config;
use tokio::time::timeout;

/// A statement, and the data that it copies.
struct Step {
    sql: String,
    data: Option<String>,
}

/// No statement may take longer.
const LIMIT: Duration = Duration::from_secs(20);

fn steps(text: &str) -> Vec<Step> {
    let (mut steps, mut input) = (Vec::<Step>::new(), Input::default());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        for part in input.add(line) {
            let Part::Statement(sql) = part else { continue };
            let lower = sql.to_ascii_lowercase();
            let copies = lower.starts_with("copy") && lower.contains("from stdin");
            let data = copies.then(|| {
                let data = lines.by_ref().take_while(|line| *line != "\\.");
                data.map(|line| format!("{line}\n")).collect()
            });
            steps.push(Step { sql, data });
        }
    }
    steps
}

/// What came of it.
#[derive(Default)]
struct Totals {
    statements: usize,
    differences: usize,
    /// How often a connection was lost: ours, and the peer's.
    lost: (usize, usize),
}

/// Runs one file, by one protocol.
async fn run(
    path: &Path,
    (ours, theirs): (&Config, &str),
    is_extended: bool,
    totals: &mut Totals,
) -> Result<(), Box<dyn Error>> {
    let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
    let (mut one, mut two) = (Ours::connect(ours).await?, Theirs::connect(theirs).await?);
    for Step { sql, data } in steps(&text) {
        if data.is_none() && sql.to_ascii_lowercase().contains("copy") {
            continue; // After one, tokio-postgres has lost its connection.
        }
        let both = async {
            match &data {
                Some(data) => (one.copy(&sql, data).await, two.copy(&sql, data).await),
                None if is_extended => (one.extended(&sql).await, two.extended(&sql).await),
                None => (one.simple(&sql).await, two.simple(&sql).await),
            }
        };
        totals.statements += 1;
        let answers = timeout(LIMIT, both).await;
        let (is_lost, is_peer_lost) = (one.is_lost(), two.is_lost());
        match answers {
            Ok((one, two)) if one == two => {}
            Ok((one, two)) => {
                totals.differences += 1;
                let sql = sql.replace('\n', " ");
                println!("{}: {sql}\n  ours   {one:.300}\n  theirs {two:.300}", path.display());
            }
            Err(_) => {
                println!("{}: not within {LIMIT:?}: {sql}", path.display());
                return Ok(());
            }
        }
        if is_lost || is_peer_lost {
            println!("{}: lost: ours {is_lost}, the peer's {is_peer_lost}: {sql}", path.display());
            totals.lost.0 += usize::from(is_lost);
            totals.lost.1 += usize::from(is_peer_lost);
            (one, two) = (Ours::connect(ours).await?, Theirs::connect(theirs).await?);
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (ours, theirs): (Config, _) = (env::var("OURS")?.parse()?, env::var("DATABASE_URL")?);
    let mut totals = Totals::default();
    for file in env::args().skip(1) {
        for is_extended in [false, true] {
            run(Path::new(&file), (&ours, &theirs), is_extended, &mut totals).await?;
        }
    }
    let Totals { statements, differences, lost } = totals;
    println!(
        "{statements} statements, {differences} differences; lost: ours {}, the peer's {}",
        lost.0, lost.1
    );
    Ok(())
}
