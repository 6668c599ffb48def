// Caret: `?`. Message: no caller to return the error to.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks()?.tick())]
    fn tick(&mut self, _: Instant) {}

    fn ticks(&mut self) -> Option<&mut Interval> {
        Some(&mut self.ticks)
    }
}

fn main() {}
