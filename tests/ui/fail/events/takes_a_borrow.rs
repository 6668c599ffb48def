// Caret: `&Instant`. Says: its source has let go; take `Instant`.
use actor_runtime::actor;
use tokio::time::{Instant, Interval};

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: &Instant) {}
}

fn main() {}
