// Caret: what is awaited. Says: it is no future; remove `.await`.
use actor_runtime::{actor, select, spawn};

struct Counter;

#[actor]
impl Counter {
    #[cancel_safe]
    pub async fn get(&self) -> u64 {
        1
    }
}

async fn uses(counter: CounterHandle) {
    select! {
        total = counter.get().await => drop(total),
        total = counter.get() => drop(total),
    }
}

fn main() {
    drop(uses(spawn(Counter)));
}
