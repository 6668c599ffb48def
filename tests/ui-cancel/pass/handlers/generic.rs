//! Answers that come back, of a generic actor that asks nothing of its parameter.

use actor_runtime::{ActorHandle, actor, pair, select, spawn};

pub struct Stack<T, const N: usize> {
    elements: Vec<T>,
}

#[actor]
impl<T, const N: usize> Stack<T, N> {
    /// Takes the top.
    #[cancel_safe(undelivered = put_back)]
    pub fn pop(&mut self) -> Option<T> {
        self.elements.pop()
    }

    /// Takes all.
    #[cancel_safe(undelivered = put_all_back)]
    pub async fn take(&mut self) -> Vec<T> {
        std::mem::take(&mut self.elements)
    }

    /// How many there are.
    #[cancel_safe]
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    fn put_back(&mut self, element: Option<T>) {
        self.elements.extend(element);
    }
}

// The method need not be in the same block.
impl<T, const N: usize> Stack<T, N> {
    fn put_all_back(&mut self, elements: Vec<T>) {
        self.elements.extend(elements);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let stack = spawn(Stack::<_, 3> { elements: vec![1, 2, 3] });
    select! {
        // In the other order, there is nothing left to pop.
        biased;
        top = stack.pop() => assert_eq!(top, Ok(Some(3))),
        _ = stack.take() => {}
    }
    stack.shutdown().await;
    // Not `Send`, and polled by hand.
    let not_send = std::rc::Rc::new(1);
    drop(pair(Stack::<_, 1> { elements: vec![not_send] }));
}
