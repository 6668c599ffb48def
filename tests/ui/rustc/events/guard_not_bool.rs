// Caret: `self.ticks.period()`. Says: expected `bool`.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick(), if self.ticks.period())]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
