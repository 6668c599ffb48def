// Caret: `colour`, `Box<Self>`, `&u64`, `&mut u64`, `&u64`, `bool`, in this order.
// Says: six things, each once, and nothing about the uses of `get` and `add` in `main`.
#![allow(unused_variables)]

use actor_runtime::{actor, spawn};

struct Counter;

#[actor(colour = 3)]
impl Counter {
    pub fn first(self: Box<Self>) {}

    pub fn get(&self) -> u64 {
        3
    }

    pub fn second(&self, amount: &u64, other: &mut u64) {}

    pub fn third(&self) -> &u64 {
        &3
    }

    #[on_stop]
    fn save(&mut self) -> bool {
        true
    }
}

async fn use_it() {
    let counter: CounterHandle = spawn(Counter);
    let _: u64 = counter.get().await.unwrap();
}

fn main() {}
