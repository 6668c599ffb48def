// Caret: `&str`. Says: the borrow has ended; return `String`.
use actor_runtime::actor;

struct Counter {
    names: Vec<String>,
}

#[actor]
impl Counter {
    pub fn first(&self) -> Option<&str> {
        self.names.first().map(String::as_str)
    }
}

fn main() {}
