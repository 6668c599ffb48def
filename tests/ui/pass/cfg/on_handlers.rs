// A `cfg` that is off takes a handler away everywhere; one that is on changes nothing.
use actor_runtime::{actor, spawn};

struct Missing;

struct Counter;

#[actor]
impl Counter {
    #[cfg(not(any()))]
    pub fn get(&self) -> u64 {
        3
    }

    #[cfg(any())]
    pub fn add(&mut self, amount: NoSuchType, missing: Missing) {}

    #[cfg(any())]
    pub async fn which(&self) -> u64 {
        0
    }

    #[cfg(not(any()))]
    pub async fn which(&self) -> u64 {
        1
    }

    #[cfg_attr(not(any()), cfg(any()))]
    pub fn gone(&self) -> NoSuchType {}

    #[cfg(any())]
    pub fn finish(self) {}
}

fn name(message: &CounterMessage) -> &'static str {
    match message {
        CounterMessage::Get { .. } => "get",
        CounterMessage::Which { .. } => "which",
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _ = (name, Missing);
    let counter = spawn(Counter);
    assert_eq!(counter.get().await.unwrap(), 3);
    assert_eq!(counter.which().await.unwrap(), 1);
}
