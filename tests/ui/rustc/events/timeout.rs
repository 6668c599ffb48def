// Caret: all of `timeout(..)`. Says: it starts over; what to write instead.
use actor_runtime::actor;
use tokio::time::Interval;

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(actor_runtime::cancel_safe::timeout(self.ticks.period(), std::future::ready(())))]
    fn tick(&mut self, _: Result<(), tokio::time::error::Elapsed>) {}
}

fn main() {}
