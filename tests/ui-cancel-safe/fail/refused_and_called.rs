//! The caret is under `rx.recv()`.

use actor_runtime::{cancel_safe, select};
use tokio::sync::mpsc;

#[cancel_safe]
pub async fn pair(rx: &mut mpsc::Receiver<u8>) -> (Option<u8>, Option<u8>) {
    (rx.recv().await, rx.recv().await)
}

pub async fn caller(rx: &mut mpsc::Receiver<u8>) {
    select! {
        _ = pair(rx) => {}
        () = std::future::ready(()) => {}
    }
}

fn main() {}
