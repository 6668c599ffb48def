// Caret: `refresh(1)`, and `refresh(3)`; the one between is right. Says: one thing at each.
use actor_runtime::select;
use std::future::ready;

async fn refresh(n: u8) -> u8 {
    n
}

async fn run() {
    select! {
        x = refresh(1) => drop(x),
        x = ready(2) => drop(x),
        x = refresh(3) => drop(x),
    }
}

fn main() {}
