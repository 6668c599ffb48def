// Carets: the first that is no item of each impl. Says: nothing more, not that there is no handler.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fun get(&self) {}

    pub async add(&mut self, amount: u64) {}
}

struct Timer;

#[actor]
impl Timer {
    func tick(&mut self) {}

    pub fn get(&self) {}
}

struct Names;

#[actor]
impl Names {
    pub get(&self) -> u64 {
        1
    }

    pub def set(&mut self) {}
}

fn main() {}
