// A handle may be in what is cloned, printed, sent and shared; `sent()` lets a call go into a task.
use std::sync::Arc;

use actor_runtime::{actor, spawn};

struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

#[derive(Clone, Debug)]
struct Client {
    counter: CounterHandle,
}

fn is_sendable<T: Send + Sync + Unpin + 'static>(_: &T) {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = Client { counter: spawn(Counter { total: 0 }) };
    is_sendable(&client);
    let shared = Arc::new(client.clone());
    let task = tokio::spawn(async move { shared.counter.add(1).await });
    assert_eq!(task.await.unwrap().unwrap(), 1);
    let answer = client.counter.add(2).sent().await.unwrap();
    assert_eq!(tokio::spawn(answer).await.unwrap().unwrap(), 3);
    let mut call = client.counter.add(3);
    tokio::select! {
        total = &mut call => assert_eq!(total.unwrap(), 6),
        () = std::future::pending() => {}
    }
}
