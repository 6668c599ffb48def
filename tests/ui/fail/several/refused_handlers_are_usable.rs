// Caret: each type. Message: one for each handler, and none where handlers are called.
#![allow(unused_variables)]

use actor_runtime::{Replies, Reply, actor, spawn};
pub struct Store<T> {
    x: Option<T>,
}
#[actor]
impl<T: Send + 'static> Store<T> {
    pub fn set(&mut self, x: &u32) -> u32 {
        *x
    }
    pub fn name(&self) -> &str {
        ""
    }
    pub fn largest<K: Ord>(&self, k: K) -> Option<K> {
        None
    }
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        [1].into_iter()
    }
    pub unsafe fn un(&self, x: &str) -> u8 {
        1
    }
    pub async fn never(&self) -> ! {
        loop {}
    }
    pub fn later2(&self, a: &u8, reply: Reply<u32>) {}
    pub fn many(&self, a: &u8, reply: Replies<u32>) {}
    pub fn t(&self, a: &u8, t: T) -> T {
        t
    }
    pub fn ok(&mut self, x: u32) {}
}
async fn calls() {
    let h: StoreHandle = spawn(Store { x: Some(0) });
    let _: u32 = h.set(1).await.unwrap();
    h.name().await.unwrap().len();
    let _: Option<u8> = h.largest(3u8).await.unwrap();
    h.iter().await.unwrap().next();
    h.un("x").timeout(std::time::Duration::from_secs(1)).await.unwrap();
    h.never().await.unwrap();
    h.later2(&1).await.unwrap();
    h.many(&1).next().await;
    h.ok(3).await.unwrap();
}

fn main() {}
