// Caret: all of `poll_fn(..)`. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;
use std::{future::poll_fn, task::Poll};

async fn run() {
    select! {
        x = poll_fn(|_| Poll::Ready(1)) => drop(x),
    }
}

fn main() {}
