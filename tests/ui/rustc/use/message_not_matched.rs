// Caret: the match. Says: `CounterMessage::Reset` is not covered.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    pub fn reset(&mut self) {}
}

fn name(message: CounterMessage) -> &'static str {
    match message {
        CounterMessage::Get { .. } => "get",
    }
}

fn main() {
    let _ = name;
}
