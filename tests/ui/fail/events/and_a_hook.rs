// Caret: `#[on_idle]`. Says: it cannot be both.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    #[on_idle]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
