// Caret: the second `self.next()`. Says: `*self` is borrowed already.
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

    #[on(self.next())]
    fn tock(&mut self, _: Instant) {}

    #[actor_runtime::cancel_safe]
    async fn next(&mut self) -> Instant {
        self.ticks.tick().await
    }
}

fn main() {}
