// Caret: `#[on(..)]`. Says: it marks a method.
use actor_runtime::actor;
use tokio::time::Interval;

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    const TICK: u32 = 1;
}

fn main() {}
