// `allow` and `expect` on a handler hold for what is generated from it.
#![deny(warnings, non_snake_case)]

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    #[allow(non_snake_case)]
    pub fn addAll(&mut self, Amount: u64) -> u64 {
        Amount
    }

    #[expect(non_snake_case)]
    pub fn addOne(&mut self) {}

    #[expect(unused_variables, reason = "not yet")]
    pub fn later(&mut self, amount: u64) {}

    #[must_use]
    pub fn get(&self) -> u64 {
        3
    }

    #[doc(hidden)]
    #[inline]
    #[track_caller]
    pub fn hidden(&self) {}

    #[doc = "Has a doc attribute."]
    #[cfg_attr(not(any()), doc = "And a conditional one.")]
    pub fn documented(&self) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter);
    assert_eq!(counter.addAll(1).await.unwrap(), 1);
    counter.addOne().await.unwrap();
    counter.later(1).await.unwrap();
    assert_eq!(counter.get().await.unwrap(), 3);
    counter.hidden().await.unwrap();
    counter.documented().await.unwrap();
}
