// A shared receiver, a guard that is dropped in time, and unusual types that are `Send` are fine.
use std::{
    cell::Cell,
    marker::PhantomData,
    sync::{Arc, Mutex, mpsc},
};

use actor_runtime::{Reply, actor, spawn};

struct Counter {
    total: Cell<u64>,
    shared: Arc<Mutex<u64>>,
}

#[actor]
impl Counter {
    pub fn get(&self) -> u64 {
        self.total.get()
    }

    pub async fn add(&mut self, cell: Cell<u64>, of: PhantomData<fn(*const u8)>) -> u64 {
        let _ = of;
        self.total.set(self.total.get() + cell.get());
        let before = *self.shared.lock().unwrap();
        tokio::task::yield_now().await;
        *self.shared.lock().unwrap() = before + 1;
        self.total.get()
    }

    pub fn receiver(&self, receiver: mpsc::Receiver<u64>, reply: Reply<mpsc::Receiver<u64>>) {
        reply.send(receiver);
    }

    pub fn nested(&self, boxed: Box<dyn Fn() + Send>, slice: Box<[u8]>, text: Arc<str>) -> usize {
        boxed();
        slice.len() + text.len()
    }
}

#[tokio::main]
async fn main() {
    let counter = spawn(Counter { total: Cell::new(1), shared: Arc::default() });
    assert_eq!(counter.add(Cell::new(2), PhantomData).await.unwrap(), 3);
    assert_eq!(counter.get().await.unwrap(), 3);
    let (_sender, receiver) = mpsc::channel();
    counter.receiver(receiver).await.unwrap();
    let boxed = Box::new(|| {});
    assert_eq!(counter.nested(boxed, Box::new([1]), "a".into()).await.unwrap(), 2);
}
