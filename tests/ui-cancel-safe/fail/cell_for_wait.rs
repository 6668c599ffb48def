//! The carets are under the functions that wait with a cell or a channel of this call: `take` and `send`
//! are checked, and lose together with their callers.

use std::{
    cell::RefCell,
    sync::{Arc, Mutex},
};

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Worker {
    rx: mpsc::Receiver<u32>,
    kept: Arc<Mutex<Vec<u32>>>,
}

impl Worker {
    #[cancel_safe]
    pub async fn take(&mut self, into: &Mutex<Vec<u32>>) {
        while into.lock().unwrap().len() < 2 {
            let Some(item) = self.rx.recv().await else { return };
            into.lock().unwrap().push(item);
        }
    }

    #[cancel_safe]
    pub async fn send(&mut self, to: mpsc::UnboundedSender<u32>) {
        while let Some(item) = self.rx.recv().await {
            let _ = to.send(item);
        }
    }

    #[cancel_safe]
    pub async fn look(&mut self, at: &RefCell<u32>) -> Option<u32> {
        let item = self.rx.recv().await;
        item.filter(|item| *item > *at.borrow())
    }

    #[cancel_safe]
    pub async fn lent(&mut self) -> Vec<u32> {
        let items = Arc::new(Mutex::new(Vec::new()));
        self.take(&items).await;
        items.lock().unwrap().clone()
    }

    #[cancel_safe]
    pub async fn sent(&mut self) -> usize {
        let (to, from) = mpsc::unbounded_channel();
        self.send(to).await;
        from.len()
    }

    #[cancel_safe]
    pub async fn in_a_tuple(&mut self) -> Option<u32> {
        let limits = (RefCell::new(3), self.rx.len());
        self.look(&limits.0).await
    }

    #[cancel_safe]
    pub async fn kept(&mut self) {
        let items = Arc::clone(&self.kept);
        self.take(&items).await;
    }
}

fn main() {}
