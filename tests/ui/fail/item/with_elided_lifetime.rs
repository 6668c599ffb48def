// Caret: `'_`. Message: an actor cannot borrow; own the data.
use actor_runtime::actor;

struct Parser<'a> {
    text: &'a str,
}

#[actor]
impl Parser<'_> {
    pub fn len(&self) -> usize {
        self.text.len()
    }
}

fn main() {}
