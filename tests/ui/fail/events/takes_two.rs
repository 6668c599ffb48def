// Caret: `_count: u32`. Says: takes more than one value; take one.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant, _count: u32) {}
}

fn main() {}
