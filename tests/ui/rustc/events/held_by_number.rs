// Caret: `self.left`. Says: expected `bool`, found `u32`.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
    left: u32,
}

#[actor(messages_if = self.left)]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
