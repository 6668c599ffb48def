//! A mocked actor ends like a real one.

use actor_runtime::{ActorHandle, ExitReason};

use crate::{by_hand::ByHand, loops::CounterHandle};

#[test]
fn a_mock_polled_without_waiting_ends() {
    let (counter, mut messages) = CounterHandle::mock();
    counter.close();
    assert!(messages.try_recv().is_none());
    assert_eq!(ByHand::new(counter.exited()).gives(), ExitReason::Shutdown);
    assert!(ByHand::new(messages.recv()).gives().is_none());
}

#[test]
fn a_mock_ends_when_it_is_aborted() {
    let (counter, mut messages) = CounterHandle::mock();
    let mut answer = ByHand::new(counter.add().try_call().unwrap());
    let mut received = ByHand::new(async move {
        let first = messages.recv().await;
        (first.is_some(), messages.recv().await.is_some())
    })
    .waits();
    drop(answer.poll());
    counter.abort();
    assert_eq!(received.waker.wakes(), 1);
    assert_eq!(received.gives(), (true, false));
    assert_eq!(ByHand::new(counter.exited()).gives(), ExitReason::Aborted);
}
