//! A helper process for the tests: it opens a database, holds its write lock, or writes until it is killed.

use std::{
    env,
    io::{self, Read, Write},
    process::ExitCode,
};

use actor_runtime::{ActorHandle, Builder};
use rusqlite::Connection;
use sqlite_actor::{Database, DatabaseHandle, Error, GroupCommit, Options, Result, Value};
use tokio::task::JoinSet;

const SCHEMA: &[&str] = &[
    "CREATE TABLE entry (writer INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (writer, number)) STRICT",
];

const HELP: &str = "usage: peer open FILE                        open and close the database
       peer hold FILE                        hold the write lock until standard input ends
       peer write FILE WRITERS alone|grouped write rows until killed, and print acknowledged rows
       peer lease FILE WRITERS               the same, with two rows per transaction";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["open", file] => start(Options::new(file, SCHEMA)).map(drop),
        ["hold", file] => hold(file),
        ["write", file, writers, "alone"] => write(Options::new(file, SCHEMA), writers, one),
        ["write", file, writers, "grouped"] => {
            write(Options::new(file, SCHEMA).group_commit(GroupCommit::default()), writers, one)
        }
        ["lease", file, writers] => write(Options::new(file, SCHEMA), writers, two),
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn start(options: Options) -> Result<DatabaseHandle> {
    Ok(Builder::new().start_thread(move || Database::open(&options)).blocking()?)
}

fn hold(file: &str) -> Result<()> {
    let connection = Connection::open(file)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    println!("held");
    let _ = io::stdin().read_to_end(&mut Vec::new());
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// Runs `writers` tasks that write with `entry`, and prints the number of each row after its acknowledgement.
#[tokio::main]
async fn write<F>(
    options: Options,
    writers: &str,
    entry: impl Fn(DatabaseHandle, i64, i64) -> F + Copy + Send + 'static,
) -> Result<()>
where
    F: Future<Output = Result<i64>> + Send,
{
    let database =
        Builder::new().start_thread(move || Database::open(&options)).await.map_err(Error::from)?;
    let mut tasks = JoinSet::new();
    for writer in 0..writers.parse().unwrap_or(1) {
        let database = database.clone();
        tasks.spawn(async move {
            let mut number = 0;
            loop {
                number = entry(database.clone(), writer, number + 1).await?;
                // A write error means that the parent process has exited.
                if writeln!(io::stdout(), "{writer} {number}").is_err() {
                    return Ok::<_, Error>(());
                }
            }
        });
    }
    while let Some(Ok(outcome)) = tasks.join_next().await {
        outcome?;
    }
    Ok(())
}

/// Writes one row and returns its number.
async fn one(database: DatabaseHandle, writer: i64, number: i64) -> Result<i64> {
    insert(&database, writer, number).await?;
    Ok(number)
}

/// Writes two rows in a transaction of two requests and returns the number of the second.
async fn two(database: DatabaseHandle, writer: i64, number: i64) -> Result<i64> {
    let lease = database.lease().await?;
    lease.begin().await??;
    insert(&lease, writer, number).await?;
    insert(&lease, writer, number + 1).await?;
    lease.commit().await??;
    Ok(number + 1)
}

async fn insert(database: &DatabaseHandle, writer: i64, number: i64) -> Result<()> {
    let values: Vec<Value> = vec![writer.into(), number.into()];
    database.execute("INSERT INTO entry VALUES (?1, ?2)", values).await??;
    Ok(())
}
