//! The caret is under `seen`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        let mut seen = 0;
        while seen < 3 {
            self.rx.recv().await;
            seen += 1;
        }
    }
}

fn main() {}
