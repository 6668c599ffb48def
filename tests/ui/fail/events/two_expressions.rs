// Caret: the comma. Message: only a guard may follow a source.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick(), self.ticks.tick())]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
