// An argument whose `cfg` is off is nowhere; one whose `cfg` is on is everywhere.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn add(
        &mut self,
        amount: u64,
        #[cfg(any())] gone: NoSuchType,
        #[cfg(not(any()))] here: u64,
        #[cfg(not(any()))] lent: &str,
    ) -> u64 {
        amount + here + lent.len() as u64
    }

    pub fn only(&self, #[cfg(any())] gone: u64) {}

    pub async fn finish(self, #[cfg(any())] gone: u64, #[cfg(not(any()))] here: u64) -> u64 {
        here
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter);
    assert_eq!(counter.add(1, 2, "345").await.unwrap(), 6);
    counter.only().await.unwrap();
    assert_eq!(counter.finish(4).await.unwrap(), 4);
}
