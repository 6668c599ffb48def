// Caret: `= run_abandoned` or the attribute. Says: options go in parentheses.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler = run_abandoned]
    pub fn get(&self) {}
}

fn main() {}
