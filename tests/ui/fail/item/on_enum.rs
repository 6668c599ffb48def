// Caret: `enum`. Says: `#[actor]` reads methods; put it on `impl Lamp`.
use actor_runtime::actor;

#[actor]
pub enum Lamp {
    On,
    Off,
}

fn main() {}
