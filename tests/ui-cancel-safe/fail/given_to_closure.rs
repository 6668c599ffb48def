//! The caret is under `items.retain(|item| *item > 3)` and `*count += 1`: a closure is given them by what
//! others have, too.

use std::sync::Mutex;

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Shared<T>(Mutex<T>);

impl<T> Shared<T> {
    fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        act(&mut self.0.lock().unwrap())
    }
}

pub struct Worker {
    rx: mpsc::Receiver<u32>,
    items: Shared<Vec<u32>>,
    count: Shared<u32>,
}

impl Worker {
    #[cancel_safe]
    pub async fn filter(&mut self) -> Option<u32> {
        let mut copy = self.items.with(|items| items.clone());
        copy.iter_mut().for_each(|item| *item += 1);
        self.items.with(|items| {
            items.retain(|item| *item > 3);
        });
        self.rx.recv().await
    }

    #[cancel_safe]
    pub async fn count(&mut self) -> Option<u32> {
        self.count.with(|count| *count += 1);
        self.rx.recv().await
    }
}

fn main() {}
