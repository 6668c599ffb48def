//! The caret is under `self.calls += 1`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
    calls: u32,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> Option<Job> {
        self.calls += 1;
        self.rx.recv().await
    }
}

fn main() {}
