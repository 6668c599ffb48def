// An actor that can be sent may be started in every way.
use actor_runtime::{Builder, Capacity, Scope, actor, pair, spawn, spawn_thread, start};

struct Counter;

#[actor(mailbox = unbounded)]
impl Counter {
    pub fn get(&self) -> u64 {
        3
    }
}

const SIZE: usize = 4;

struct Bounded;

#[actor(mailbox = SIZE * 2,)]
impl Bounded {
    pub fn get(&self) -> u64 {
        3
    }
}

#[tokio::main]
async fn main() {
    assert_eq!(spawn(Counter).get().await.unwrap(), 3);
    assert_eq!(start(Counter).await.unwrap().get().await.unwrap(), 3);
    assert_eq!(spawn_thread(|| Counter).unwrap().get().await.unwrap(), 3);
    let (counter, run) = pair(Counter);
    tokio::join!(async move { assert_eq!(counter.get().await.unwrap(), 3) }, async {
        drop(run.await)
    },);
    let builder = Builder::new().name("counter").mailbox(Capacity::bounded(2));
    assert_eq!(builder.spawn(Counter).get().await.unwrap(), 3);
    let scope = Scope::new();
    assert_eq!(scope.spawn(Bounded).get().await.unwrap(), 3);
    scope.shutdown().await;
}
