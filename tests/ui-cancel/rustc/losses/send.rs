// Caret: all of `sender.send(1)`. Says: the value is dropped, and `reserve`.
use actor_runtime::select;

async fn run(sender: tokio::sync::mpsc::Sender<u8>) {
    select! {
        sent = sender.send(1) => drop(sent),
    }
}

fn main() {}
