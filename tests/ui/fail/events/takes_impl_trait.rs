// Caret: `impl Into<Instant>`. Says: its source gives one type.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: impl Into<Instant>) {}
}

fn main() {}
