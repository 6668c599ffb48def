// Caret: all of `tokio::spawn(..)`. Says: its result is lost, lend it.
use actor_runtime::select;

async fn run() {
    select! {
        done = tokio::spawn(async {}) => drop(done),
    }
}

fn main() {}
