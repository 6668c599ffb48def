// Caret: `where T: Clone`. Message: move it to the `impl` block.
use actor_runtime::actor;

struct Cell<T>(Option<T>);

#[actor]
impl<T> Cell<T> {
    pub fn get(&self) -> Option<T>
    where
        T: Clone,
    {
        self.0.clone()
    }
}

fn main() {}
