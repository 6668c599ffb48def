// Caret: `fooBar`. Says: both would be the variant `FooBar`; rename one.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn foo_bar(&self) {}

    #[allow(non_snake_case)]
    pub fn fooBar(&self) {}
}

fn main() {}
