// Caret: `Cow<str>`. Message: it may borrow; return `Cow<'static, str>`.
use std::borrow::Cow;

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn name(&self) -> Cow<str> {
        "counter".into()
    }
}

fn main() {}
