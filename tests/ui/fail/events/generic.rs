// Caret: `T`. Says: its source gives one type.
use actor_runtime::actor;
use tokio::time::Interval;

struct Clock {
    ticks: Interval,
}

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.ticks.tick())]
    fn tick<T>(&mut self, _: T) {}
}

fn main() {}
