// Caret: the second context. Says: keep one.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(
        &mut self,
        _: &actor_runtime::Context<Self>,
        _: Instant,
        _: &actor_runtime::Context<Self>,
    ) {
    }
}

fn main() {}
