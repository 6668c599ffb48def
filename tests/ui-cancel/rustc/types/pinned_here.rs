// Caret: all of `pin!(..)`: the future is dropped with the `select!`. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;
use std::pin::pin;

async fn refresh(n: u8) -> u8 {
    n
}

async fn run() {
    select! {
        x = pin!(refresh(1)) => drop(x),
    }
}

fn main() {}
