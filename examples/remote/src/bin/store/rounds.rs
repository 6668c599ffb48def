//! Rounds in which members are killed while callers work, each followed by an audit.

use std::{env, path::Path, time::Duration};

use fastrand::Rng;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::{
    Failure,
    audit::{self, Callers, Sums},
    events::{End, Event},
    process::Process,
};

/// The name that the group serves.
const NAME: &str = "notes";

/// The processes that call, and the callers in each.
const CALLING: usize = 4;
const CALLERS: usize = 16;

/// More than a process makes in a round.
const NUMBERS: i64 = 1_000_000;

/// The members, as long as they are there.
struct Group<'a> {
    address: &'a str,
    file: &'a str,
    members: [Option<Process>; 2],
}

impl Group<'_> {
    async fn start(&mut self) -> Result<(), Failure> {
        for member in &mut self.members {
            if member.is_none() {
                let arguments = ["serve", self.address, NAME, self.file];
                *member = Some(Process::start(&arguments).await?);
            }
        }
        Ok(())
    }

    async fn suffer(&mut self, event: &Event) -> Result<(), Failure> {
        sleep(event.after).await;
        for (member, end) in self.members.iter_mut().zip(event.ends) {
            match (end, end.and_then(|_| member.take())) {
                (Some(End::Killed), Some(member)) => member.kill().await?,
                (Some(End::Stopped), Some(member)) => drop(member.end().await?),
                _ => {}
            }
        }
        sleep(event.gone).await;
        self.start().await
    }

    /// Ends the members in an orderly way.
    async fn end(self) -> Result<(), Failure> {
        for member in self.members.into_iter().flatten() {
            member.end().await?;
        }
        Ok(())
    }
}

/// Starts the processes that call.
async fn call(address: &str) -> Result<Vec<(i64, Process)>, Failure> {
    let mut calling = Vec::new();
    for process in 0..CALLING {
        let first = process as i64 * NUMBERS;
        let arguments = ["call", address, NAME, &first.to_string(), &CALLERS.to_string()];
        calling.push((first, Process::start(&arguments).await?));
    }
    Ok(calling)
}

/// Ends a process that calls, and returns what its callers were told.
async fn told(first: i64, process: Process) -> Result<Callers, Failure> {
    let lines = process.end().await?;
    let (begun, told) = lines.split_first().ok_or("a process has written nothing")?;
    let told = told.iter().map(|line| line.parse()).collect::<Result<_, _>>()?;
    Ok(Callers { first, begun: begun.parse()?, told })
}

/// Runs one round. Returns what the callers were told.
async fn round(address: &str, file: &Path, events: &[Event]) -> Result<Vec<Callers>, Failure> {
    let file = file.to_str().ok_or("a path that is text")?;
    let mut group = Group { address, file, members: [None, None] };
    group.start().await?;
    let calling = call(address).await?;
    for event in events {
        group.suffer(event).await?;
    }
    // All members are there again.
    sleep(Duration::from_millis(200)).await;
    // All at once, so that their last calls end together.
    let ending: Vec<_> =
        calling.into_iter().map(|(first, process)| tokio::spawn(told(first, process))).collect();
    let mut callers = Vec::new();
    for ending in ending {
        callers.push(ending.await??);
    }
    group.end().await?;
    Ok(callers)
}

/// Runs as many rounds as `ROUNDS` says, from the seed in `SEED`.
pub(crate) async fn check(address: &str) -> Result<(), Failure> {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>()).transpose();
    let (rounds, seed) = (number("ROUNDS")?.unwrap_or(8), number("SEED")?);
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("SEED={seed} ROUNDS={rounds}");
    let (mut rng, mut total, begun) = (Rng::with_seed(seed), Sums::default(), Instant::now());
    let (mut killed, mut stopped) = (0, 0);
    for round_number in 1..=rounds {
        let events = if round_number == 1 { Event::stops(&mut rng) } else { Event::all(&mut rng) };
        let directory = TempDir::new()?;
        let file = directory.path().join("notes.db");
        let callers = round(address, &file, &events).await?;
        let (stored, check) = audit::stored(&file)?;
        let (sums, mut wrong) = audit::audit(&callers, &stored);
        let is_killed = events.iter().any(|event| event.count(End::Killed) > 0);
        if !is_killed && sums.unknown > 0 {
            wrong.push(format!("{} calls are unknown, and no member was killed", sums.unknown));
        }
        let texts: Vec<_> = events.iter().map(ToString::to_string).collect();
        println!("round {round_number}: {}: {}", texts.join("; "), describe(&sums));
        if !wrong.is_empty() || check != "ok" {
            let shown = &wrong[..wrong.len().min(10)];
            return Err(format!("{} faults: {shown:#?}; the file: {check}", wrong.len()).into());
        }
        killed += events.iter().map(|event| event.count(End::Killed)).sum::<usize>();
        stopped += events.iter().map(|event| event.count(End::Stopped)).sum::<usize>();
        total.add(sums);
    }
    conclude(&total, killed, stopped, begun.elapsed())
}

fn describe(sums: &Sums) -> String {
    let Sums { begun, done, nothing, unknown, unknown_stored, slowest } = sums;
    format!(
        "{begun} calls = {done} done + {nothing} nothing was done + {unknown} unknown \
         ({unknown_stored} of them stored), the slowest {slowest} ms"
    )
}

/// Prints the sums, and what they show.
fn conclude(total: &Sums, killed: usize, stopped: usize, took: Duration) -> Result<(), Failure> {
    println!(
        "{killed} members killed, {stopped} stopped, in {:.0} s: {}",
        took.as_secs_f64(),
        describe(total)
    );
    if total.done < 1000 || total.nothing == 0 || total.unknown == 0 {
        return Err("the rounds show nothing: each outcome has to occur".into());
    }
    for shown in [
        "every caller was told one outcome, in time",
        "every note that was done is stored once, and was found if it was looked up",
        "nothing of which nothing was done is stored",
        "no note is stored twice, and none that nobody asked for",
    ] {
        println!("yes  {shown}");
    }
    Ok(())
}
