// Caret: each that is no item, once. Says: nothing about the handlers that follow.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {};

    pub fn set(&self, _total: u64) {}
}

struct Other;

#[actor]
impl Other {
    pub async move fn get(&self) {}

    pub fn set(&self, _total: u64) {}
}

struct Third;

#[actor]
impl Third {
    let limit = 5;

    pub fn set(&self, _total: u64) {}
}

fn main() {}
