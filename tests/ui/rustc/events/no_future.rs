// Caret: all of `self.ticks.period()`. Says: it is no future.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.period())]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
