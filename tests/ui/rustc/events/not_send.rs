// Caret: `Local`. Says: its loop cannot be sent, because of what a source holds.
use std::rc::Rc;

use actor_runtime::{
    actor,
    cancel_safe::{CancelSafe, assume_cancel_safe},
};

struct Numbers;

impl Numbers {
    fn next(&mut self) -> impl CancelSafe<Output = u32> {
        assume_cancel_safe("it has nothing to lose", async {
            let number = Rc::new(7);
            std::future::ready(()).await;
            *number
        })
    }
}

struct Local {
    numbers: Numbers,
}

#[actor]
impl Local {
    #[on(self.numbers.next())]
    fn number(&mut self, _: u32) {}
}

fn main() {}
