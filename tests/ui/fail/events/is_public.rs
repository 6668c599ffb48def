// Caret: `pub`. Says: it is no message; leave out `pub`.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    pub fn tick(&mut self, _: Instant) {}
}

fn main() {}
