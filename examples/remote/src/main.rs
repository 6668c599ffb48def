//! Serves a counter over NATS until its input ends: `remote-example ADDRESS NAME`.

use std::{error::Error, io::Read};

use actor_runtime::{Replies, Scope, actor};

/// Counts.
#[derive(Debug, Default)]
struct Counter {
    total: u64,
}

#[actor(remote)]
impl Counter {
    /// Adds `amount` and returns the new total.
    pub(crate) fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    /// Counts to `end`.
    pub(crate) async fn count(&self, end: u64, mut numbers: Replies<u64>) {
        for number in 0..end {
            if numbers.send(number).await.is_err() {
                return;
            }
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, name] = &arguments[..] else { return Err("ADDRESS NAME".into()) };
    let (link, scope) = (actor_nats::connect(address).await?, Scope::new());
    let counter: CounterHandle = scope.spawn(Counter::default());
    link.serve(name, &counter, &scope).await?;
    println!("ready");
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    scope.shutdown().await;
    Ok(())
}
