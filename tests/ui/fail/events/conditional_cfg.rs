// Caret: the `cfg_attr`. Says: write one `#[cfg(..)]`.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    #[cfg_attr(all(), cfg(all()))]
    fn tick(&mut self, _: Instant) {}
}

fn main() {}
