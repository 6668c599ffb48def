// Caret: `Counter` in `main`. Says: it is not an actor; put `#[actor]` on its impl.
use actor_runtime::spawn;

struct Counter;

fn main() {
    spawn(Counter);
}
