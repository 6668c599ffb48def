// Caret: the fourth `#[cfg(..)]`. Says: put some of them into one struct.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add(
        &mut self,
        #[cfg(unix)] a: u8,
        #[cfg(windows)] b: u8,
        #[cfg(test)] c: u8,
        #[cfg(debug_assertions)] d: u8,
    ) {
    }
}

fn main() {}
