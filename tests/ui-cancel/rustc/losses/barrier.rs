// Caret: all of `barrier.wait()`. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;

async fn run(barrier: tokio::sync::Barrier) {
    select! {
        done = barrier.wait() => drop(done),
    }
}

fn main() {}
