// Caret: `(u8, u8)`. Says: it has no name; wrap it in a struct.
use actor_runtime::actor;

#[actor]
impl (u8, u8) {
    pub fn get(&self) {}
}

fn main() {}
