// Caret: `task`. Says: its result is lost, lend it.
use actor_runtime::select;

async fn run(task: tokio::task::JoinHandle<u8>) {
    select! {
        done = task => drop(done),
    }
}

fn main() {}
