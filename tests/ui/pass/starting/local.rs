// A local actor may hold, take, answer and await with what cannot be sent.
use std::{cell::Cell, rc::Rc};

use actor_runtime::{actor, pair, spawn_local, spawn_thread};

struct Counter {
    total: Rc<Cell<u64>>,
}

#[actor(local)]
impl Counter {
    pub async fn add(&self, amount: Rc<u64>) -> Rc<u64> {
        let total = Rc::clone(&self.total);
        tokio::task::yield_now().await;
        total.set(total.get() + *amount);
        Rc::new(total.get())
    }
}

struct Plain {
    total: Rc<u64>,
}

#[actor(local)]
impl Plain {
    pub fn get(&self) -> u64 {
        *self.total
    }
}

fn main() {
    let plain = spawn_thread(|| Plain { total: Rc::new(2) }).unwrap();
    assert_eq!(plain.get().blocking().unwrap(), 2);

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        let counter = spawn_local(Counter { total: Rc::default() });
        assert_eq!(*counter.add(Rc::new(2)).await.unwrap(), 2);
        let (plain, run) = pair(Plain { total: Rc::new(3) });
        let run = tokio::task::spawn_local(run);
        assert_eq!(plain.get().await.unwrap(), 3);
        drop(plain);
        run.await.unwrap();
    });
}
