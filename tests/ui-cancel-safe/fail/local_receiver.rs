//! The caret is under `rx`.

use actor_runtime::cancel_safe;

pub struct Worker;

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        let (_tx, mut rx) = tokio::sync::mpsc::channel::<u8>(1);
        while rx.recv().await != Some(3) {}
    }
}

fn main() {}
