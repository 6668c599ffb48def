// Caret: `u32`. Says: it takes `u32`, and the source gives `Instant`.
use actor_runtime::actor;
use tokio::time::Interval;

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: u32) {}
}

fn main() {}
