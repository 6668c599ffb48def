//! Runs files of `sqllogictest` with the engine of that project for PostgreSQL, which is compiled against what
//! `tokio_postgres` stands for here, and prints for each record whether it passed.

#[allow(dead_code)]
mod postgres;

use std::{env, error::Error, panic::AssertUnwindSafe, path::Path};

use futures_util::FutureExt;
use postgres::{Postgres, PostgresConfig};
use sqllogictest::{AsyncDB, DefaultColumnType, Record, Runner, parse_file};

async fn run<D, M>(
    file: &str,
    protocol: &str,
    runner: &mut Runner<D, M>,
) -> Result<(), Box<dyn Error>>
where
    D: AsyncDB<ColumnType = DefaultColumnType>,
    M: sqllogictest::MakeConnection<Conn = D>,
{
    let name = Path::new(file).file_name().unwrap_or_default().display().to_string();
    for record in parse_file::<DefaultColumnType>(file)? {
        let location = match &record {
            Record::Statement { loc, .. } | Record::Query { loc, .. } => loc.to_string(),
            _ => String::new(),
        };
        let place = location.rsplit('/').next().unwrap_or_default();
        // The engine panics at a type that it does not know.
        let outcome = AssertUnwindSafe(runner.run_async(record)).catch_unwind().await;
        let text = match outcome {
            Ok(Ok(_)) => "passed".to_owned(),
            Ok(Err(error)) => {
                let text = error.display(false).to_string().replace('\n', " ");
                // The two word their errors differently.
                let kind = text.split(':').next().unwrap_or_default();
                if text.contains("[Diff]") { text } else { kind.to_owned() }
            }
            Err(_) => "the engine panicked".to_owned(),
        };
        if !location.is_empty() {
            println!("{protocol} {name} {place}: {text}");
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    std::panic::set_hook(Box::new(|_| {}));
    let url = env::var("DATABASE_URL")?;
    for file in env::args().skip(1) {
        for protocol in ["simple", "extended"] {
            let config: PostgresConfig = url.parse()?;
            let first = Postgres::<postgres::Simple>::connect(config.clone()).await?;
            first
                .client()
                .batch_execute("DROP SCHEMA IF EXISTS slt CASCADE; CREATE SCHEMA slt")
                .await?;
            let config: PostgresConfig = format!("{url}?options=-csearch_path%3Dslt").parse()?;
            match protocol {
                "simple" => {
                    let connect = || Postgres::<postgres::Simple>::connect(config.clone());
                    run(&file, protocol, &mut Runner::new(connect)).await?;
                }
                _ => {
                    let connect = || Postgres::<postgres::Extended>::connect(config.clone());
                    run(&file, protocol, &mut Runner::new(connect)).await?;
                }
            }
        }
    }
    Ok(())
}
