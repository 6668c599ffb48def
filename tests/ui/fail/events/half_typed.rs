// Caret: the parenthesis after `self.`. Message: what was expected; how to write a source.
use actor_runtime::actor;

struct Clock;

#[actor]
impl Clock {
    pub fn get(&self) {}

    #[on(self.)]
    fn tick(&mut self, _: u32) {}
}

fn main() {}
