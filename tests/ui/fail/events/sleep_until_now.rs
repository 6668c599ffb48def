// Caret: `tokio::time::Instant::now()`. Message: the deadline moves; keep it in the actor.
use actor_runtime::actor;
use tokio::time::Interval;

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(tokio::time::sleep_until(tokio::time::Instant::now() + self.ticks.period()))]
    fn tick(&mut self, _: ()) {}
}

fn main() {}
