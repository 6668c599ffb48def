// Caret: `filled` of the branch. Says: it is made again in each turn.
use actor_runtime::{
    cancel_safe::{CancelSafe, assume_cancel_safe},
    checked_select,
};
use tokio::sync::mpsc;

fn fill(bytes: &mut Vec<u8>) -> impl CancelSafe<Output = ()> {
    assume_cancel_safe("what is there is in `bytes`", async { bytes.push(1) })
}

#[checked_select]
async fn filled(mut rx: mpsc::Receiver<u8>) {
    loop {
        let mut filled = Vec::new();
        tokio::select! {
            x = fill(&mut filled) => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

fn main() {}
