//! The caret is under `fill()`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
}

async fn fill() -> usize {
    0
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> usize {
        tokio::select! {
            _ = self.rx.recv() => 1,
            size = fill() => size,
        }
    }
}

fn main() {}
