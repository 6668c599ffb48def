//! The caret is under `found.push(1)`, `*count += 1` and `&mut all`, which change what is behind
//! guards. Their copies and other locals may be changed.

use std::sync::{Mutex, MutexGuard};

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Worker {
    rx: mpsc::Receiver<u32>,
    found: Mutex<Vec<u32>>,
    count: Mutex<u32>,
}

impl Worker {
    fn found(&self) -> MutexGuard<'_, Vec<u32>> {
        self.found.lock().unwrap()
    }

    fn count(&self) -> MutexGuard<'_, u32> {
        self.count.lock().unwrap()
    }

    #[cancel_safe]
    pub async fn by_pattern(&mut self) -> Option<u32> {
        {
            let (mut found, mut count) = (self.found(), 0);
            count += 1;
            let mut copy = found.clone();
            copy.push(count);
            found.push(1);
        }
        self.rx.recv().await
    }

    #[cancel_safe]
    pub async fn by_type(&mut self) -> Option<u32> {
        {
            let mut count: MutexGuard<'_, u32> = self.count();
            *count += 1;
        }
        self.rx.recv().await
    }

    #[cancel_safe]
    pub async fn lent(&mut self) -> Option<u32> {
        {
            let mut all = if self.rx.is_empty() { self.found() } else { self.found() };
            fill(&mut all);
        }
        self.rx.recv().await
    }
}

fn fill(all: &mut Vec<u32>) {
    all.push(1);
}

fn main() {}
