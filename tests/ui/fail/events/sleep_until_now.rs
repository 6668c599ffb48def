// Caret: `tokio::time::Instant::now()`. Says: it never comes; keep the moment.
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
