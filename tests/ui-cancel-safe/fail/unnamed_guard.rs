//! The caret is under the calls that change what is behind a guard without a name. To look through one is
//! accepted.

use std::{
    cell::RefCell,
    collections::VecDeque,
    sync::{Mutex, MutexGuard},
};

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Shared {
    items: VecDeque<u32>,
}

pub struct Worker {
    rx: mpsc::Receiver<u32>,
    queue: Mutex<VecDeque<u32>>,
    shared: Mutex<Shared>,
    seen: RefCell<Vec<u32>>,
}

impl Worker {
    fn queue(&self) -> MutexGuard<'_, VecDeque<u32>> {
        self.queue.lock().unwrap()
    }

    #[cancel_safe]
    pub async fn of_std(&mut self) -> Option<u32> {
        let waiting = self.queue.lock().unwrap().len() + self.shared.lock().unwrap().items.len();
        self.queue.lock().unwrap().push_back(waiting as u32);
        self.rx.recv().await
    }

    #[cancel_safe]
    pub async fn in_a_field(&mut self) -> Option<u32> {
        let item = self.shared.lock().unwrap().items.pop_front();
        self.rx.recv().await.or(item)
    }

    #[cancel_safe]
    pub async fn of_a_cell(&mut self) -> Option<u32> {
        self.seen.borrow_mut().retain(|item| *item > 1);
        self.rx.recv().await
    }

    #[cancel_safe]
    pub async fn of_own_method(&mut self) -> Option<u32> {
        self.queue().rotate_left(1);
        self.rx.recv().await
    }

    #[cancel_safe]
    pub async fn poisoned(&mut self) -> Option<u32> {
        self.queue.lock().unwrap_or_else(|error| error.into_inner()).make_contiguous().sort();
        self.rx.recv().await
    }
}

fn main() {}
