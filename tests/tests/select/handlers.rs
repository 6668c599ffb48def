//! Calls of handlers that are marked `#[cancel_safe]`, in `select!` and elsewhere.
//!
//! Their unread replies are tested in `behavior::promise_4_unread_answers`.

use std::{collections::VecDeque, pin::pin, time::Duration};

use actor_runtime::{Reply, actor, cancel_safe, select, spawn};
use tokio::{sync::mpsc, time::sleep};

/// A queue that is fed from a channel.
struct Queue {
    source: mpsc::Receiver<u32>,
    elements: VecDeque<u32>,
    waiting: VecDeque<Reply<u32>>,
}

#[actor(mailbox = 1)]
#[expect(unreachable_pub, reason = "a handler is `pub`")]
impl Queue {
    fn new() -> (mpsc::Sender<u32>, Self) {
        let (sender, source) = mpsc::channel(10);
        (sender, Self { source, elements: VecDeque::new(), waiting: VecDeque::new() })
    }

    /// The number of elements.
    #[cancel_safe]
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Takes the first element, or the next one that arrives.
    #[cancel_safe(undelivered = put_back)]
    pub async fn pop(&mut self) -> u32 {
        loop {
            if let Some(element) = self.elements.pop_front() {
                return element;
            }
            self.fill().await;
        }
    }

    /// Replies when there is an element.
    #[cancel_safe(undelivered = put_back)]
    pub fn pop_later(&mut self, reply: Reply<u32>) {
        self.waiting.push_back(reply);
        self.serve();
    }

    /// Adds an element.
    pub fn push(&mut self, element: u32) {
        self.elements.push_back(element);
        self.serve();
    }

    /// Removes all elements; may run twice without harm.
    #[cancel_safe(idempotent)]
    pub fn clear(&mut self) {
        self.elements.clear();
    }

    /// Is not checked.
    #[cancel_safe(trusted = "the two waits may happen twice")]
    pub async fn settle(&mut self) -> usize {
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        self.elements.len()
    }

    /// A marked method that is not a handler.
    #[cancel_safe]
    async fn fill(&mut self) {
        if let Some(element) = self.source.recv().await {
            self.elements.push_back(element);
        }
    }

    /// A plain `select!`, which is checked.
    pub async fn wait(&mut self) -> Option<u32> {
        tokio::select! {
            element = self.source.recv() => element,
            () = sleep(Duration::from_secs(1)) => None,
        }
    }

    fn put_back(&mut self, element: u32) {
        self.elements.push_front(element);
        self.serve();
    }

    fn serve(&mut self) {
        while let Some(element) = self.elements.pop_front() {
            match self.waiting.pop_front() {
                Some(reply) => reply.send(element),
                None => return self.elements.push_front(element),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_marked_call_may_be_made_in_each_round() {
    let (source, queue) = Queue::new();
    let queue = spawn(queue);
    let feed = tokio::spawn(async move {
        for element in 0..100 {
            sleep(Duration::from_millis(element % 4)).await;
            source.send(u32::try_from(element).unwrap()).await.unwrap();
        }
    });
    let mut popped = Vec::new();
    while popped.len() < 100 {
        select! {
            element = queue.pop() => popped.push(element.unwrap()),
            () = sleep(Duration::from_millis(1)) => {}
        }
    }
    assert_eq!(popped, (0..100).collect::<Vec<_>>());
    feed.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_deferred_reply_may_be_made_in_each_round() {
    let (_source, queue) = Queue::new();
    let queue = spawn(queue);
    let mut popped = Vec::new();
    let mut next = 0;
    while popped.len() < 50 {
        select! {
            biased;
            element = queue.pop_later() => popped.push(element.unwrap()),
            () = sleep(Duration::from_millis(1)), if next < 50 => {
                queue.push(next).cast().await.unwrap();
                next += 1;
            }
        }
    }
    assert_eq!(popped, (0..50).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn every_form_of_a_marked_call_may_be_a_branch() {
    let (source, queue) = Queue::new();
    let queue = spawn(queue);
    source.send(1).await.unwrap();
    let second = Duration::from_secs(1);
    let mut lent = pin!(queue.pop());
    let element = loop {
        select! {
            element = &mut lent => break element,
            _ = queue.len() => {}
            _ = queue.len().timeout(second) => {}
        }
    };
    assert_eq!(element, Ok(1));
    select! {
        answer = queue.clear().sent() => assert_eq!(answer.unwrap().await, Ok(())),
    }
    assert_eq!(cancel_safe::timeout(second, queue.settle()).await, Ok(Ok(0)));
    assert!(cancel_safe::timeout(second, queue.pop()).await.is_err());
    assert_eq!(queue.wait().await, Ok(None));
}

/// A store of items that their callers give away.
struct Store(Vec<String>);

#[actor(mailbox = 1)]
impl Store {
    /// Waits before it stores, so that its callers have to wait.
    #[cancel_safe(trusted = "its callers send before they wait")]
    pub async fn put(&mut self, item: String) {
        tokio::task::yield_now().await;
        self.0.push(item);
    }

    /// All of them.
    #[cancel_safe]
    pub fn items(&self) -> Vec<String> {
        self.0.clone()
    }
}

#[tokio::test]
async fn arguments_of_calls_that_were_sent_before_the_loop_are_not_lost() {
    let store = spawn(Store(Vec::new()));
    let items: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    let mut other_wins = 0;
    for item in &items {
        let mut answer = store.put(item.clone()).sent().await.unwrap();
        loop {
            select! {
                biased;
                // Another branch that wins nearly each time.
                () = tokio::task::yield_now() => other_wins += 1,
                stored = &mut answer => break stored.unwrap(),
            }
            if let Some(stored) = futures::FutureExt::now_or_never(&mut answer) {
                break stored.unwrap();
            }
        }
    }
    assert!(other_wins >= items.len(), "{other_wins}");
    assert_eq!(store.items().await.unwrap(), items);
}
