// Caret: `self`. Says: the actor goes on; take `&mut self`.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(self, _: Instant) {}
}

fn main() {}
