// Caret: `if`. Says: a comma is missing before it.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        _ = ready(1) if true => {}
    }
}

fn main() {}
