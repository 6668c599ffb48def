//! Answers that come back and cannot be sent to another thread.

use std::rc::Rc;

use actor_runtime::{actor, select, spawn_local};

struct Stack(Vec<Rc<u32>>);

#[actor(local)]
impl Stack {
    /// Takes the top.
    #[cancel_safe(undelivered = put_back)]
    pub fn pop(&mut self) -> Option<Rc<u32>> {
        self.0.pop()
    }

    fn put_back(&mut self, element: Option<Rc<u32>>) {
        self.0.extend(element);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let set = tokio::task::LocalSet::new();
    set.run_until(async {
        let stack = spawn_local(Stack(vec![Rc::new(7)]));
        select! {
            top = stack.pop() => assert_eq!(top, Ok(Some(Rc::new(7)))),
        }
    })
    .await;
}
