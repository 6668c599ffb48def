//! The caret is under `jobs`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> Vec<Job> {
        let mut jobs = Vec::new();
        while jobs.len() < 3 {
            jobs.extend(self.rx.recv().await);
        }
        jobs
    }
}

fn main() {}
