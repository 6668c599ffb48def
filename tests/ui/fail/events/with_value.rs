// Caret: all of `#[on = ..]`. Says: names no source; how to name one.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on = self.ticks.tick()]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
