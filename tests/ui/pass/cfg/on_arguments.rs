// An argument whose `cfg` is off is nowhere; one whose `cfg` is on is everywhere.
use actor_runtime::{Context, Reply, actor, spawn};

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

    /// Five conditions, the last two inside of `cfg_attr`.
    pub async fn many(
        &mut self,
        #[cfg(not(any()))] first: u64,
        #[cfg(any())] second: NoSuchType,
        #[cfg(not(any()))] third: &str,
        #[cfg_attr(all(), cfg(any()))] fourth: NoSuchType,
        #[cfg_attr(any(), cfg(any()))] fifth: u64,
    ) -> u64 {
        first + third.len() as u64 + fifth
    }

    #[cancel_safe(undelivered = put_back)]
    pub fn take(&mut self, #[cfg(any())] gone: u64, #[cfg(not(any()))] here: u64) -> u64 {
        here
    }

    pub fn later(
        &mut self,
        reply: Reply<u64>,
        #[cfg(not(any()))] here: u64,
        _context: &Context<Self>,
        #[cfg(any())] gone: u64,
    ) {
        reply.send(here);
    }

    pub async fn finish(self, #[cfg(any())] gone: u64, #[cfg(not(any()))] here: u64) -> u64 {
        here
    }

    fn put_back(&mut self, _: u64) {}
}

/// The handlers of a generic actor run inline through its dispatch.
struct Generic<T>(T);

#[actor]
impl<T: Send> Generic<T> {
    pub fn add(&mut self, #[cfg(any())] gone: NoSuchType, #[cfg(not(any()))] here: u64) -> u64 {
        here
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter);
    assert_eq!(counter.add(1, 2, "345").await.unwrap(), 6);
    counter.only().await.unwrap();
    assert_eq!(counter.many(1, "234", 5).await.unwrap(), 9);
    assert_eq!(counter.take(6).await.unwrap(), 6);
    assert_eq!(counter.later(7).await.unwrap(), 7);
    assert_eq!(counter.finish(4).await.unwrap(), 4);
    assert_eq!(spawn(Generic(())).add(8).await.unwrap(), 8);
}
