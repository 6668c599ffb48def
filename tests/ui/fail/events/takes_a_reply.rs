// Caret: `actor_runtime::Reply<u32>`. Says: nobody has called it.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant, _reply: actor_runtime::Reply<u32>) {}
}

fn main() {}
