//! How fast calls over NATS are, as a ratio to bare requests of its client in the same run.
//!
//! `cargo run --release -p actor-remote-tests --features nats --bin bars`, with the number of rounds as an argument.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use actor_nats::async_nats::{self, Client};
use actor_remote_tests::nats::Server;
use actor_runtime::{Scope, actor};
use futures_util::StreamExt;

/// What is called.
#[derive(Debug, Default)]
pub struct Counter {
    total: u64,
}

#[actor(remote, mailbox = 1024)]
impl Counter {
    /// Adds `amount` and returns the new total.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    /// Returns the text.
    pub fn echo(&mut self, text: String) -> String {
        text
    }
}

/// The same by hand: a request is the text, and so is the answer.
async fn echo(server: Client) -> Result<(), async_nats::Error> {
    let mut requests = server.queue_subscribe("bare", "bare".into()).await?;
    server.flush().await?;
    tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            if let Some(reply) = request.reply {
                server.publish(reply, request.payload).await.expect("it is connected");
            }
        }
    });
    Ok(())
}

/// Calls per second of so many callers.
async fn rate<F: Future<Output = ()> + Send>(
    callers: usize,
    call: impl Fn() -> F + Clone + Send + 'static,
) -> f64 {
    let calls = if callers == 1 { 5_000 } else { 60_000 / callers };
    let begun = Instant::now();
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let call = call.clone();
            tokio::spawn(async move {
                for _ in 0..calls {
                    call().await;
                }
            })
        })
        .collect();
    let total = callers.len() * calls;
    for caller in callers {
        caller.await.expect("it is answered");
    }
    total as f64 / begun.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(9), |rounds| rounds.parse())?;
    let Some(server) = Server::start() else { return Ok(()) };
    let address = server.address();
    echo(async_nats::connect(&address).await?).await?;
    let bare = async_nats::connect(&address).await?;

    let scope = Scope::new();
    let counter: CounterHandle = scope.spawn(Counter::default());
    actor_nats::connect(&address).await?.serve("bars", &counter, &scope).await?;
    let remote: CounterRemote = actor_nats::connect(&address).await?.find("bars");
    // The bare service has begun by now, too.
    tokio::time::timeout(Duration::from_secs(5), bare.request("bare", "".into())).await??;

    println!("callers  bytes  bare calls/s  one reply  accepted");
    for (callers, bytes) in [(1, 8), (64, 8), (1, 1024), (64, 1024)] {
        let text = "x".repeat(bytes);
        let (mut bares, mut ones, mut twos) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (bare, payload) = (bare.clone(), bytes::Bytes::from(text.clone()));
            let by_hand = rate(callers, move || {
                let (bare, payload) = (bare.clone(), payload.clone());
                async move { drop(bare.request("bare", payload).await.expect("it is answered")) }
            });
            let by_hand = by_hand.await;
            let call = |one_reply: bool| {
                let (remote, text) = (remote.clone(), text.clone());
                rate(callers, move || {
                    let call = remote.echo(text.clone());
                    let call = if one_reply { call.one_reply() } else { call };
                    async move { drop(call.await.expect("it is answered")) }
                })
            };
            bares.push(by_hand);
            ones.push(call(true).await / by_hand);
            twos.push(call(false).await / by_hand);
        }
        let (bare, one, two) = (median(bares), median(ones), median(twos));
        println!("{callers:7}  {bytes:5}  {bare:12.0}  {one:9.2}  {two:8.2}");
    }
    assert_eq!(remote.add(1).await?, 1);
    scope.shutdown().await;
    Ok(())
}
