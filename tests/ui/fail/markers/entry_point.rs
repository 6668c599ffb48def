// Caret: the attributes. Says: remove them.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[tokio::main]
    pub async fn run(&mut self) {}

    #[tokio::main(flavor = "current_thread")]
    pub async fn get(&self) -> u8 {
        1
    }
}

fn main() {}
