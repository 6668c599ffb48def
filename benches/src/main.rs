//! The benchmark program: measures all entrants and prints tables.
//!
//! Run with `cargo run --release -p actor-benchmarks`. The README of this package explains the output.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use actor_benchmarks::{
    chart, documents,
    flavor::Flavor,
    machine::Machine,
    options::{Options, USAGE},
    results::{Comparison, Results, Weight, weight_from_json},
    roster::{Entrant, entrant},
    rounds::{self, Timing},
    select::{Case, LOOPS},
    tables,
    workload::Row,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        ["--gate"] => gate(),
        ["one", side @ ("checked" | "tokio"), count, case] => {
            one_select(side, count, case).map_err(Into::into)
        }
        ["one", name, count, row] => one(name, count, row).map_err(Into::into),
        _ => Options::parse(arguments).map_err(Into::into).and_then(|options| all(&options)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one row with one entrant.
fn one(name: &str, count: &str, row: &str) -> Result<(), String> {
    let entrant = entrant(name).ok_or(format!("unknown entrant {name}"))?;
    let count = count.parse().map_err(|_| format!("{count} is not a number"))?;
    let row = Row::named(row).ok_or(format!("unknown row {row}"))?;
    if let Some(reason) = entrant.cannot(row) {
        return Err(format!("{name} does not support {row}: {reason}"));
    }
    let _ = entrant.time(row, Flavor::CurrentThread, count);
    Ok(())
}

/// Runs one loop with a `select!`.
fn one_select(side: &str, count: &str, case: &str) -> Result<(), String> {
    let case = Case::named(case).ok_or(format!("unknown case {case}"))?;
    let count = count.parse().map_err(|_| format!("{count} is not a number"))?;
    let _ = if side == "checked" { case.checked(count) } else { case.tokio(count) };
    Ok(())
}

/// Measures according to the options, and writes the outputs.
fn all(options: &Options) -> Outcome<()> {
    let results = match &options.from {
        Some(path) => Results::from_json(&serde_json::from_str(&fs::read_to_string(path)?)?)?,
        None => measured(options)?,
    };
    println!("{}", tables::all(&results));
    let json = match (&options.json, &options.from) {
        (Some(path), _) => Some(path.clone()),
        (None, Some(_)) => None,
        (None, None) => Some(env::current_exe()?.with_file_name("actor-benchmarks.json")),
    };
    if let Some(path) = json {
        write(&path, &format!("{:#}\n", results.to_json()))?;
    }
    if let Some(path) = &options.svg {
        write(path, &chart::draw(&results)?)?;
    }
    if options.write_readme {
        for path in documents::write(&results)? {
            eprintln!("written: {}", path.display());
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Outcome<()> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    eprintln!("written: {}", path.display());
    Ok(())
}

fn measured(options: &Options) -> Outcome<Results> {
    if cfg!(debug_assertions) {
        eprintln!("warning: figures without --release are meaningless");
    }
    Ok(Results {
        machine: Machine::this(),
        rounds: options.rounds as u64,
        scale: options.scale,
        timings: timed(options),
        comparisons: compared(options),
        weights: if options.memory { counted(&options.entrants)? } else { Vec::new() },
    })
}

/// Runs the timed rows.
fn timed(options: &Options) -> Vec<Timing> {
    let mut timings = Vec::new();
    let start = Instant::now();
    for &row in &options.rows {
        for &flavor in options.flavors.iter().filter(|flavor| row.flavors().contains(flavor)) {
            eprintln!("{:4.0} s: {row}, {}", start.elapsed().as_secs_f64(), flavor.name());
            let entrants = &options.entrants;
            timings.extend(rounds::measure(row, flavor, entrants, options.rounds, options.scale));
        }
    }
    timings
}

/// Runs the `select!` loops.
fn compared(options: &Options) -> Vec<Comparison> {
    let loops = LOOPS / options.scale;
    let compare = |case: &&'static Case| {
        eprintln!("select!, {}", case.name);
        let tokio = || case.tokio(loops);
        let (tokio, checked) = rounds::compare(tokio, || case.checked(loops), options.rounds);
        Comparison { case, tokio, checked }
    };
    options.cases.iter().map(compare).collect()
}

/// Counts allocations, each entrant in a separate process.
fn counted(entrants: &[&'static Entrant]) -> Outcome<Vec<Weight>> {
    let program = allocations()?;
    let mut weights = Vec::new();
    for entrant in entrants.iter().filter(|entrant| entrant.is_allocated()) {
        eprintln!("memory, {}", entrant.name);
        let output = Command::new(&program).arg(entrant.name).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(
                format!("`allocations {}` ended with {}", entrant.name, output.status).into()
            );
        }
        weights.push(weight_from_json(&serde_json::from_slice(&output.stdout)?)?);
    }
    Ok(weights)
}

/// Fails if a generated actor exceeds its limits.
fn gate() -> Outcome<()> {
    let status = Command::new(allocations()?).arg("--gate").status()?;
    if status.success() { Ok(()) } else { Err("an actor exceeds its limits".into()) }
}

/// Builds the binary that counts allocations and returns its path. If `CARGO` is not set, the binary must exist.
fn allocations() -> Outcome<PathBuf> {
    let program = env::current_exe()?.with_file_name("allocations");
    if let Some(cargo) = env::var_os("CARGO") {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--bin", "allocations", "--manifest-path"]).arg(package);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        if !cfg!(feature = "peers") {
            build.arg("--no-default-features");
        }
        if !build.status()?.success() {
            return Err("cannot build the binary `allocations`".into());
        }
    }
    Ok(program)
}
