//! A cache with request coalescing: however many callers ask for a key, it is loaded once.
//!
//! Run with `cargo run -p actor-examples --example coalescing_cache`. `examples/web` has it as the state of a web server.

use std::{collections::HashMap, time::Duration};

use actor_runtime::{Reply, actor, spawn};
use tokio::task::{JoinError, JoinSet};

/// Caches what is slow to load.
#[derive(Debug, Default)]
pub struct Cache {
    values: HashMap<String, usize>,
    waiting: HashMap<String, Vec<Reply<usize>>>,
    loads: JoinSet<(String, usize)>,
    loaded: usize,
}

#[actor(busy_if = !self.loads.is_empty())]
impl Cache {
    /// The value of `key`, which is loaded if nobody has asked for it before.
    pub fn get(&mut self, key: String, reply: Reply<usize>) {
        if let Some(value) = self.values.get(&key) {
            return reply.send(*value);
        }
        let waiting = self.waiting.entry(key.clone()).or_default();
        if waiting.is_empty() {
            self.loads.spawn(load(key));
        }
        waiting.push(reply);
    }

    /// How often something was loaded.
    pub fn loaded(&self) -> usize {
        self.loaded
    }

    #[on(self.loads.join_next(), if !self.loads.is_empty())]
    fn finished(&mut self, load: Result<(String, usize), JoinError>) {
        // After a panic, the callers of that key get an error when their replies are dropped.
        let Ok((key, value)) = load else { return self.waiting.clear() };
        self.loaded += 1;
        for reply in self.waiting.remove(&key).unwrap_or_default() {
            reply.send(value);
        }
        self.values.insert(key, value);
    }
}

/// What the cache is for: a query that takes a while.
async fn load(key: String) -> (String, usize) {
    tokio::time::sleep(Duration::from_millis(20)).await;
    let value = key.len();
    (key, value)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cache = spawn(Cache::default());
    let requests: Vec<_> = (0..1000)
        .map(|number| {
            let cache = cache.clone();
            let key = "x".repeat(number % 3 + 1);
            tokio::spawn(async move { cache.get(key).await })
        })
        .collect();
    let mut sum = 0;
    for request in requests {
        sum += request.await??;
    }
    assert_eq!(sum, 334 + 333 * (2 + 3));
    assert_eq!(cache.loaded().await?, 3);
    println!("1000 requests, 3 loads");
    Ok(())
}
