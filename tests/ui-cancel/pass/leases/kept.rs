//! A lease that is lent keeps its place, one that may be requeued may be dropped, and a handler may be
//! called `lease`.

use std::{pin::pin, time::Duration};

use actor_runtime::{ActorHandle, actor, cancel_safe::assume_cancel_safe, select, spawn};

#[derive(Default)]
struct Counter(u64);

#[actor]
impl Counter {
    /// Adds.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.0 += amount;
        self.0
    }
}

struct Pool(u32);

#[actor]
impl Pool {
    /// A connection.
    #[cancel_safe]
    pub fn lease(&self) -> u32 {
        self.0
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter::default());
    let held = counter.lease().await.unwrap();
    let mut held = Some(held);
    let mut call = pin!(counter.lease());
    let lease = loop {
        select! {
            lease = &mut call => break lease.unwrap(),
            () = tokio::time::sleep(Duration::from_millis(1)) => drop(held.take()),
        }
    };
    assert_eq!(lease.add(2).await, Ok(2));
    drop(lease);

    let lease = select! {
        lease = assume_cancel_safe("it may be requeued", counter.lease()) => lease.unwrap(),
    };
    assert_eq!(lease.add(3).await, Ok(5));

    let pool = spawn(Pool(7));
    select! {
        connection = pool.lease() => assert_eq!(connection, Ok(7)),
    }
}
