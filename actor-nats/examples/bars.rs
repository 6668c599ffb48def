//! Calls of a served actor, beside bare requests of the same client.
use actor_runtime::{Scope, actor};
use futures_util::StreamExt;
use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Counter {
    total: u64,
}

#[actor(remote, mailbox = 1024)]
impl Counter {
    /// Adds.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
    /// Echo.
    pub fn echo(&mut self, text: &str) -> String {
        text.to_owned()
    }
}

#[tokio::main]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    let rounds: usize = std::env::args().nth(2).map_or(3, |n| n.parse().unwrap());
    let scope = Scope::new();
    let server = actor_nats::connect(&*url).await.unwrap();
    let counter: CounterHandle = scope.spawn(Counter::default());
    server.serve("bars", &counter, &scope).await.unwrap();
    let link = actor_nats::connect(&*url).await.unwrap();
    let remote: CounterRemote = link.find("bars");
    // bare
    let bare_server = actor_nats::async_nats::connect(&*url).await.unwrap();
    let mut requests = bare_server.queue_subscribe("bare", "g".into()).await.unwrap();
    tokio::spawn(async move {
        let mut total = 0u64;
        while let Some(m) = requests.next().await {
            total += u64::from_le_bytes(m.payload[..8].try_into().unwrap());
            bare_server
                .publish(m.reply.unwrap(), total.to_le_bytes().to_vec().into())
                .await
                .unwrap();
        }
    });
    let bare = actor_nats::async_nats::connect(&*url).await.unwrap();
    bare.flush().await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    for callers in [1usize, 64] {
        for round in 0..rounds {
            let n = if callers == 1 { 5000 } else { 60_000 } / callers;
            let begun = Instant::now();
            let tasks: Vec<_> = (0..callers)
                .map(|_| {
                    let b = bare.clone();
                    tokio::spawn(async move {
                        for _ in 0..n {
                            b.request("bare", 1u64.to_le_bytes().to_vec().into()).await.unwrap();
                        }
                    })
                })
                .collect();
            for t in tasks {
                t.await.unwrap()
            }
            let bare_t = begun.elapsed();
            let begun = Instant::now();
            let tasks: Vec<_> = (0..callers)
                .map(|_| {
                    let r = remote.clone();
                    tokio::spawn(async move {
                        for _ in 0..n {
                            r.add(1).one_reply().await.unwrap();
                        }
                    })
                })
                .collect();
            for t in tasks {
                t.await.unwrap()
            }
            let one = begun.elapsed();
            let begun = Instant::now();
            let tasks: Vec<_> = (0..callers)
                .map(|_| {
                    let r = remote.clone();
                    tokio::spawn(async move {
                        for _ in 0..n {
                            r.add(1).await.unwrap();
                        }
                    })
                })
                .collect();
            for t in tasks {
                t.await.unwrap()
            }
            let two = begun.elapsed();
            println!(
                "{callers} callers round {round}: bare {:.0}/s, one reply {:.2}, accepted {:.2}",
                (n * callers) as f64 / bare_t.as_secs_f64(),
                bare_t.as_secs_f64() / one.as_secs_f64(),
                bare_t.as_secs_f64() / two.as_secs_f64()
            );
        }
    }
    scope.shutdown().await;
}
