// Caret: `if`. Says: put a comma before it.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick() if true)]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
