// Caret: all of `self.next()`. Says: not known to be cancel safe.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.next())]
    fn tick(&mut self, _: Instant) {}

    async fn next(&mut self) -> Instant {
        self.ticks.tick().await;
        self.ticks.tick().await
    }
}

fn main() {}
