// Caret: `future` and `rx`. Says: they are moved in the previous turn, and not that a pattern should be `ref`.
use actor_runtime::select;
use tokio::{sync::mpsc, time::sleep};

async fn value(rx: mpsc::Receiver<u8>) {
    let future = sleep(Default::default());
    loop {
        select! {
            () = future => break,
            _ = std::future::ready(()) => {}
        }
    }
}

async fn argument(mut rx: mpsc::Receiver<u8>) {
    let text = String::new();
    loop {
        select! {
            _ = rx.recv() => break,
            () = wait(text) => {}
        }
    }
}

#[actor_runtime::cancel_safe]
async fn wait(_text: String) {}

fn main() {}
