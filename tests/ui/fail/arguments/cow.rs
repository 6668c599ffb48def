// Caret: `Cow<str>`. Says: it may borrow; take `Cow<'static, str>`.
#![allow(unused_variables)]

use std::borrow::Cow;

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, name: Cow<str>) {}
}

fn main() {}
