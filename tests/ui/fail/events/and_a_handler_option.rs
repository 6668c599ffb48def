// Caret: `#[handler(run_abandoned)]`. Says: it cannot be both.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    #[handler(run_abandoned)]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
