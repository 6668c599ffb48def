// Caret: `await`. Message: the source is awaited anyway; remove `.await`.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick().await)]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
