// Caret: the comma. Says: nothing follows a source but its guard.
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
