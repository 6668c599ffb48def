// Caret: `drop(x)`. Says: a comma is missing after it.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        x = ready(1) => drop(x)
        _ = ready(2) => {}
    }
}

fn main() {}
