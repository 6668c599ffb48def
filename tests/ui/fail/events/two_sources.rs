// Caret: the second `#[on(..)]`. Says: one source; write a method for each.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
