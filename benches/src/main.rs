//! Measures generated actors against their hand-written twins, and prints what came out.
//!
//! Run with `cargo run --release -p actor-benchmarks`; the README beside this package says how to
//! read it.

use std::{
    env,
    error::Error,
    fs,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
};

use actor_benchmarks::{
    contestant::entrant,
    flavor::Flavor,
    options::{Options, USAGE},
    report::{MEMORIES, TIMINGS, memory_line, timing_json, timing_line},
    rounds,
    workload::Row,
};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        ["one", name, count, what] => one(name, count, what).map_err(Into::into),
        _ => Options::parse(arguments).map_err(Into::into).and_then(|options| all(&options)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

/// Sends `count` messages to one entrant.
fn one(name: &str, count: &str, what: &str) -> Result<(), String> {
    let entrant = entrant(name).ok_or(format!("there is no entrant {name}"))?;
    let count = count.parse().map_err(|_| format!("{count} is not a number"))?;
    let row = Row::ALL.into_iter().find(|row| row.name() == what);
    let row = row.ok_or(format!("there is no row {what}"))?;
    let _ = entrant.time(row, Flavor::CurrentThread, count);
    Ok(())
}

/// Measures what the options ask for.
fn all(options: &Options) -> Result<(), Box<dyn Error>> {
    if cfg!(debug_assertions) {
        eprintln!("warning: without --release these figures say nothing");
    }
    let timings = timed(options);
    let memories = if options.memory { counted(options)? } else { Vec::new() };
    let path = match &options.json {
        Some(path) => path.clone(),
        None => env::current_exe()?.with_file_name("actor-benchmarks.json"),
    };
    let results = json!({
        "rounds": options.rounds,
        "scale": options.scale,
        "timings": timings,
        "memory": memories,
    });
    fs::write(&path, format!("{results:#}\n"))?;
    println!("\nwritten to {}", path.display());
    Ok(())
}

/// The timed rows.
fn timed(options: &Options) -> Vec<Value> {
    let mut results = Vec::new();
    for &row in &options.rows {
        if results.is_empty() {
            println!("{TIMINGS}");
        }
        for &flavor in &options.flavors {
            let timings =
                rounds::measure(row, flavor, &options.entrants, options.rounds, options.scale);
            for timing in timings {
                println!("{}", timing_line(&timing));
                results.push(timing_json(&timing));
            }
        }
    }
    results
}

/// The counted rows: the binary `allocations` measures them, because counting takes time.
fn counted(options: &Options) -> Result<Vec<Value>, Box<dyn Error>> {
    let mut command = match env::var_os("CARGO") {
        Some(cargo) => {
            let mut command = Command::new(cargo);
            let package = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
            command.args([
                "run",
                "--quiet",
                "--release",
                "--bin",
                "allocations",
                "--manifest-path",
            ]);
            command.arg(package).arg("--");
            command
        }
        None => Command::new(env::current_exe()?.with_file_name("allocations")),
    };
    let output = command.arg("--json").stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("`allocations` ended with {}", output.status).into());
    }
    let mut memories: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    memories.retain(|memory| {
        options.entrants.iter().any(|entrant| memory["entrant"] == entrant.name)
            && options.flavors.iter().any(|flavor| memory["runtime"] == flavor.name())
    });
    println!("\n{MEMORIES}");
    for memory in &memories {
        println!("{}", memory_line(memory)?);
    }
    Ok(memories)
}
