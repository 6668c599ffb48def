// Caret: `bool`. Says: nobody reads it; what to do instead.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant) -> bool {
        true
    }
}

fn main() {}
