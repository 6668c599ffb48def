// Caret: `mailbx`. Says: no such option; `mailbox` is meant.
use actor_runtime::actor;

struct Counter;

#[actor(mailbx = 8)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
