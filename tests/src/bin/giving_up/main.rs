//! Measures what is lost when callers give up: callers that repeatedly drop their calls, against actors
//! that hand out elements.
//!
//! ```text
//! cargo run --release -p actor-tests --bin giving_up
//! cargo run --release -p actor-tests --bin giving_up -- --elements 20000 --seed 7
//! ```
//!
//! Prints Markdown. Every row accounts for every element: read, still in the actor, or lost. Fails if
//! the marked actor loses an element or hands one out twice, and also if the plain actor loses none,
//! since then nothing was tested.

mod clients;
mod frames;
mod marked;
mod options;
mod plain;
mod tally;

use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};

use crate::{
    clients::{SETTINGS, in_order, run},
    marked::Marked,
    options::Options,
    plain::{Care, Plain},
};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n{}", options::USAGE);
            return ExitCode::FAILURE;
        }
    };
    let Options { elements, seed } = options;
    println!("`--elements {elements} --seed {seed}`, 4 threads; callers wait for 0 to 4 turns\n");
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let runtime = runtime.expect("a runtime can be built");
    let is_right = [
        many_callers(&runtime, options),
        one_caller(&runtime, options),
        frames::table(&runtime, options),
    ];
    if is_right.contains(&false) {
        eprintln!("a promise is broken: see the tables above");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Many callers take elements. Returns whether the tallies are as promised.
fn many_callers(runtime: &Runtime, options: Options) -> bool {
    println!("| actor | callers | read | left | lost | twice | came back |");
    println!("|---|---|---|---|---|---|---|");
    let mut is_right = true;
    for setting in SETTINGS {
        for care in Care::ALL {
            let tally = runtime.block_on(async {
                run(Plain::start(care, options.elements), setting, options).await
            });
            tally.print(care.name(), setting.name);
            is_right &= tally.twice == 0;
            if let Care::None = care {
                is_right &= tally.lost > 0;
            }
        }
        let tally = runtime
            .block_on(async { run(Marked::start(options.elements), setting, options).await });
        tally.print("`#[cancel_safe(undelivered = ..)]`", setting.name);
        is_right &= tally.lost == 0 && tally.twice == 0 && tally.came_back > 0;
    }
    println!();
    is_right
}

/// One caller, which keeps giving up, takes elements. Returns whether it gets all of them, in order, from
/// the marked actor only.
fn one_caller(runtime: &Runtime, options: Options) -> bool {
    println!("| actor | one caller reads | of them in order |");
    println!("|---|---|---|");
    let plain = runtime
        .block_on(async { in_order(Plain::start(Care::None, options.elements), options).await });
    let marked =
        runtime.block_on(async { in_order(Marked::start(options.elements), options).await });
    for (name, (read, ordered)) in
        [(Care::None.name(), plain), ("`#[cancel_safe(undelivered = ..)]`", marked)]
    {
        println!("| {name} | {read} | {ordered} |");
    }
    println!();
    let all = options.elements as usize;
    marked == (all, all) && plain.0 < all
}
