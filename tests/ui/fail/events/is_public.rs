// Caret: `pub`. Message: not a handler; remove `pub`.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    pub fn tick(&mut self, _: Instant) {}
}

fn main() {}
