//! The caret is under `self.busy = true`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
    busy: bool,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> Option<Job> {
        self.busy = true;
        let job = self.rx.recv().await;
        self.busy = false;
        job
    }
}

fn main() {}
