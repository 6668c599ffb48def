// Caret: the struct. Says: it goes on what has bodies.
use actor_runtime::checked_select;

#[checked_select]
struct Nothing;

fn main() {}
