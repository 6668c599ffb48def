// Caret: `self`. Says: the actor goes on; take `&mut self`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_stop]
    async fn save(self) {}
}

fn main() {}
