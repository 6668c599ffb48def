// Caret: `!`. Message: the caller would wait forever.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub async fn run(&mut self) -> ! {
        std::future::pending().await
    }
}

fn main() {}
