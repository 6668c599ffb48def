//! Unread replies and inline handlers: replies are taken back before the next inline handler runs,
//! and a caller that cancels a call loses nothing.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, mpsc},
};

use actor_runtime::{ActorHandle, ExitReason, actor, spawn};
use tokio::task::{self, consume_budget, coop::has_budget_remaining, yield_now};

use crate::support::{Log, inlined, now, outcome, pending, said};

/// An element that cannot be put back.
const TOO_HOT: u32 = 100;

/// Elements that must be neither lost nor duplicated.
struct Stack {
    log: Log,
    elements: Vec<u32>,
    /// How many elements were popped inline.
    taken_there: usize,
}

#[actor]
impl Stack {
    /// Takes the element on top.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn pop(&mut self, by: Option<task::Id>) -> Option<u32> {
        self.taken_there += usize::from(task::try_id() == by);
        let element = self.elements.pop();
        self.log.add(format!("pop {element:?}"));
        element
    }

    /// Runs in the loop.
    pub(crate) async fn rest(&self) {}

    /// How many elements there are.
    pub(crate) fn count(&self) -> usize {
        self.elements.len()
    }

    /// Blocks its thread.
    pub(crate) fn block(&self, entered: mpsc::Sender<()>, released: mpsc::Receiver<()>) {
        entered.send(()).unwrap();
        released.recv().unwrap();
    }

    /// Ends the actor, and returns what is left.
    pub(crate) fn finish(self) -> (Vec<u32>, usize) {
        (self.elements, self.taken_there)
    }

    fn put_back(&mut self, element: Option<u32>) {
        let Some(element) = element else { return };
        assert!(element < TOO_HOT, "too hot");
        self.log.add(format!("back {element}"));
        self.elements.push(element);
    }
}

/// A stack whose loop waits for messages.
async fn idle_stack(elements: impl IntoIterator<Item = u32>) -> (StackHandle, Log) {
    let log = Log::default();
    let elements = elements.into_iter().collect();
    let stack = spawn(Stack { log: log.clone(), elements, taken_there: 0 });
    stack.rest().await.unwrap();
    (stack, log)
}

/// Drops two answers unread. The loop is woken for them, and has not run since.
async fn drop_two_answers(stack: &StackHandle) {
    let first = stack.pop(None).sent().await.unwrap();
    let second = stack.pop(None).sent().await.unwrap();
    stack.rest().await.unwrap();
    drop(first);
    drop(second);
}

#[tokio::test]
async fn unread_replies_are_taken_back_before_an_inline_handler_runs() {
    let (stack, log) = idle_stack([1, 2, 3]).await;
    drop_two_answers(&stack).await;
    assert_eq!(inlined(stack.count()).await, Ok(3));
    assert_eq!(log.take(), ["pop Some(3)", "pop Some(2)", "back 2", "back 3"]);
    assert_eq!(inlined(stack.pop(None)).await, Ok(Some(3)));
    stack.rest().await.unwrap();
    assert_eq!(log.take(), ["pop Some(3)"], "the loop was given nothing twice");
}

#[tokio::test]
async fn a_panic_while_taking_a_reply_back_ends_the_actor() {
    let (stack, log) = idle_stack([TOO_HOT]).await;
    let unread = stack.pop(None).sent().await.unwrap();
    stack.rest().await.unwrap();
    drop(unread);
    let told = said(inlined(stack.pop(None)).await);
    assert_eq!(told, "the actor stopped before it answered `Stack::pop`");
    assert_eq!(log.take(), ["pop Some(100)"], "its handler did not run");
    let ExitReason::Panicked { method, message } = stack.exited().await else {
        panic!("it ended for another reason");
    };
    assert_eq!((method.name(), &*message), ("undelivered", "too hot"));
}

#[tokio::test]
async fn a_call_cancelled_without_task_budget_never_runs() {
    let (stack, log) = idle_stack([1, 2, 3]).await;
    while has_budget_remaining() {
        now(consume_budget());
    }
    drop(pending(stack.pop(None)));
    yield_now().await;
    assert_eq!(inlined(stack.count()).await, Ok(3));
    assert_eq!(log.take(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_call_behind_a_running_handler_never_runs() {
    let (stack, log) = idle_stack([1, 2, 3]).await;
    let (entered, was_entered) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let of_task = stack.clone();
    let other = tokio::spawn(async move { of_task.block(entered, released).await });
    // This is not a worker, so it may block.
    was_entered.recv().unwrap();
    let given_up = pending(stack.pop(None));
    let mut kept = pending(stack.pop(None));
    drop(given_up);
    release.send(()).unwrap();
    other.await.unwrap().unwrap();
    while !kept.is_woken() {
        yield_now().await;
    }
    assert_eq!(outcome(&mut kept), "answered Some(3)");
    assert_eq!(log.take(), ["pop Some(3)"]);
}

/// Pops elements until there are none, and cancels each call at the second poll or before.
async fn take_all(stack: StackHandle, taken: Arc<Mutex<Vec<u32>>>) {
    let mut is_over = false;
    while !is_over {
        tokio::select! {
            element = stack.pop(task::try_id()) => match element.unwrap() {
                Some(element) => taken.lock().unwrap().push(element),
                None => is_over = true,
            },
            () = yield_now() => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_cancel_their_calls_lose_nothing() {
    const ELEMENTS: u32 = TOO_HOT;
    for _ in 0..20 {
        let (stack, _) = idle_stack(0..ELEMENTS).await;
        let taken = Arc::new(Mutex::new(Vec::new()));
        let take = || tokio::spawn(take_all(stack.clone(), taken.clone()));
        let mut takers: Vec<_> = (0..6).map(|_| take()).collect();
        // Some are aborted wherever they are.
        takers.drain(..3).for_each(|taker| taker.abort());
        for taker in takers {
            taker.await.unwrap();
        }
        let (left, taken_there) = stack.finish().await.unwrap();
        let mut all = left;
        all.extend(taken.lock().unwrap().iter());
        assert_eq!(all.len(), ELEMENTS as usize, "{taken_there} on their callers");
        assert_eq!(BTreeSet::from_iter(all), BTreeSet::from_iter(0..ELEMENTS));
    }
}
