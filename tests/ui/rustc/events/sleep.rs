// Caret: all of `tokio::time::sleep(..)`. Says: it starts over; what to write instead.
use actor_runtime::actor;
use tokio::time::Interval;

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(tokio::time::sleep(self.ticks.period()))]
    fn tick(&mut self, _: ()) {}
}

fn main() {}
