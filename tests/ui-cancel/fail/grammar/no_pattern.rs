// Caret: all of `rx.recv()`. Says: a branch begins with a pattern.
use actor_runtime::select;

async fn run(mut rx: tokio::sync::mpsc::Receiver<u8>) {
    select! {
        rx.recv() => {}
    }
}

fn main() {}
