// Caret: `receiver`. Says: that it is no future, once.
use actor_runtime::select;

async fn run(receiver: tokio::sync::mpsc::Receiver<u8>) {
    select! {
        message = receiver => drop(message),
    }
}

fn main() {}
