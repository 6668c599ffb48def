// Caret: `&str` is refused, and the body is left alone. Says: one thing.
use actor_runtime::actor;

struct Counter {
    name: String,
}

#[actor]
impl Counter {
    pub fn name(&self) -> Result<&str, String> {
        Ok(&self.name)
    }
}

fn main() {}
