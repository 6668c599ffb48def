// Carets: `timeout`, `true` and the parenthesis. Message: no such option; it takes no value; what the options are.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler(timeout = 5)]
    pub fn get(&self) {}

    #[handler(queued = true)]
    pub fn add(&mut self) {}

    #[handler(always(yes))]
    pub fn reset(&mut self) {}
}

fn main() {}
