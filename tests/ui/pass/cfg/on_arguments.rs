// An argument whose `cfg` is off is nowhere; one whose `cfg` is on is everywhere.
use actor_runtime::{Context, Replies, Reply, actor, spawn};

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

    /// The same in a handler that may run inline.
    pub fn many_now(
        &mut self,
        #[cfg(any())] first: &str,
        #[cfg(not(any()))] second: &[u8],
        #[cfg_attr(all(), cfg(any()))] third: NoSuchType,
        #[cfg_attr(any(), cfg(any()), cfg(all()))] fourth: u64,
        #[cfg_attr(all(), cfg(all()), cfg(not(any())))] fifth: &str,
        #[cfg(not(any()))]
        #[cfg(any())]
        sixth: &str,
    ) -> u64 {
        second.len() as u64 + fourth + fifth.len() as u64
    }

    pub fn watched(
        &self,
        mut replies: Replies<u64>,
        #[cfg(not(any()))] lent: &str,
        #[cfg(any())] gone: &str,
    ) {
        replies.try_send(lent.len() as u64).unwrap();
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

    pub fn lent(&self, #[cfg(not(any()))] here: &[u64], #[cfg(any())] gone: &str) -> usize {
        here.len()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter);
    assert_eq!(counter.add(1, 2, "345").await.unwrap(), 6);
    counter.only().await.unwrap();
    assert_eq!(counter.many(1, "234", 5).await.unwrap(), 9);
    assert_eq!(counter.many_now([1, 2], 3, "456").await.unwrap(), 8);
    let call = {
        let text = String::from("12");
        counter.add(1, 2, &text)
    };
    assert_eq!(call.await.unwrap(), 5, "a call borrows no argument");
    assert_eq!(counter.watched("123").next().await.unwrap().unwrap(), 3);
    assert_eq!(counter.take(6).await.unwrap(), 6);
    assert_eq!(counter.later(7).await.unwrap(), 7);
    assert_eq!(counter.finish(4).await.unwrap(), 4);
    let generic = spawn(Generic(()));
    assert_eq!(generic.add(8).await.unwrap(), 8);
    assert_eq!(generic.lent([1, 2]).await.unwrap(), 2);
}
