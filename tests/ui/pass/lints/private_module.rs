// In a private module, nothing generated is `pub` that cannot be reached.
#![deny(warnings, unreachable_pub, private_interfaces, private_bounds)]

mod counting {
    use actor_runtime::{actor, spawn};

    pub(crate) struct Frame;

    pub(crate) struct Counter;

    #[actor]
    impl Counter {
        pub(crate) fn push(&mut self, _frame: Frame) {}

        pub(super) fn pop(&mut self) -> Option<Frame> {
            None
        }

        pub(self) fn clear(&mut self) {}

        pub(in crate::counting) fn peek(&self) {}
    }

    pub(super) fn started() -> CounterHandle {
        let counter = spawn(Counter);
        counter.clear().try_cast().unwrap();
        counter.peek().try_cast().unwrap();
        counter
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = counting::started();
    counter.push(counting::Frame).await.unwrap();
    assert!(counter.pop().await.unwrap().is_none());
}
