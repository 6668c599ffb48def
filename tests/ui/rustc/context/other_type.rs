// Caret: each `Own`. Says: the context is another type.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Own<T>(T);

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, own: &Own<Self>) {}

    pub async fn wait(&mut self, amount: u64, own: &Own<Counter>) {}

    #[on_start]
    fn start(&mut self, own: &Own<Self>) {}
}

fn main() {}
