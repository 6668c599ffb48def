//! The caret is under `self`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(mut self) -> Option<Job> {
        self.rx.recv().await
    }
}

fn main() {}
