// Caret: `#[on]`. Message: no source; how to write one.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
