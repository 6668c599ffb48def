// Caret: `on`. Says: there is no such attribute outside of `#[actor]`.
struct Clock;

impl Clock {
    #[on(self.ticks.tick())]
    fn tick(&mut self) {}
}

fn main() {}
