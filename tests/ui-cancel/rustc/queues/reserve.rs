// Caret: all of `sender.reserve()`. Says: it loses its place, and `requeue`.
use actor_runtime::select;

async fn run(sender: tokio::sync::mpsc::Sender<u8>) {
    select! {
        x = sender.reserve() => drop(x),
    }
}

fn main() {}
