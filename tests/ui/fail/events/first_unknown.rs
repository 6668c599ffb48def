// Caret: `messages`. Says: it is nothing that could come first; what could.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor(first = messages)]
impl Clock {
    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
