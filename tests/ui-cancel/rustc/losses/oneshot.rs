// Caret: `answer`. Says: its result is lost, lend it.
use actor_runtime::select;

async fn run(answer: tokio::sync::oneshot::Receiver<u8>) {
    select! {
        given = answer => drop(given),
    }
}

fn main() {}
