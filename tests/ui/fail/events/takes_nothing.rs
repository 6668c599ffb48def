// Caret: `tick`. Says: does not take what its source gives.
use actor_runtime::actor;
use tokio::time::Interval;

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(&mut self) {}
}

fn main() {}
