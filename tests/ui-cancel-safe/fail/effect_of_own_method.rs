//! The caret is under `self.count()`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
    calls: u32,
}

impl Worker {
    fn count(&mut self) {
        self.calls += 1;
    }

    #[cancel_safe]
    pub async fn work(&mut self) -> Option<Job> {
        self.count();
        self.rx.recv().await
    }
}

fn main() {}
