// The handle and the message may be given names, which may be those of generic types.
use actor_runtime::{ActorHandle, actor, spawn};

struct Heap<T>(Vec<T>);

#[actor(handle = Remote, message = Order)]
impl<T: Ord> Heap<T> {
    pub fn push(&mut self, item: T) {
        self.0.push(item);
        self.0.sort();
    }

    pub fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let heap: Remote<u8> = spawn(Heap(Vec::new()));
    heap.push(1).await.unwrap();
    heap.push(2).await.unwrap();
    assert_eq!(heap.pop().await.unwrap(), Some(2));

    let (heap, mut messages) = Remote::<u8>::mock();
    heap.push(3).try_cast().unwrap();
    assert!(matches!(messages.recv().await, Some(Order::Push { item: 3, .. })));
}
