// Parameters that no message mentions are not the handle's; unsized and defaulted ones are fine.
use std::marker::PhantomData;

use actor_runtime::{actor, spawn};

struct Counter<T: ?Sized, U = u8> {
    total: u64,
    of: PhantomData<fn() -> Box<T>>,
    with: PhantomData<U>,
}

#[actor]
impl<T: ?Sized, U: Sync> Counter<T, U> {
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter: CounterHandle =
        spawn(Counter::<str> { total: 0, of: PhantomData, with: PhantomData });
    assert_eq!(counter.add(2).await.unwrap(), 2);
}
