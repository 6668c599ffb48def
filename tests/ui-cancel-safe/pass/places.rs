//! Where an `async fn` can stand: free, inherent, in traits, generic, with any signature.

use actor_runtime::{
    cancel_safe,
    cancel_safe::{BoxCancelSafe, CancelSafe},
    select,
};
use std::{borrow::Cow, fmt::Debug};
use tokio::sync::mpsc;

#[cancel_safe]
async fn free(number: u32) -> u32 {
    std::future::ready(()).await;
    number
}

#[cancel_safe]
async fn generic<T: Clone + Send, const N: usize>(rx: &mut mpsc::Receiver<[T; N]>) -> Option<[T; N]>
where
    T: Debug,
{
    rx.recv().await
}

#[cancel_safe]
async fn unit(_: &mut mpsc::Receiver<u8>) {}

#[cancel_safe]
async fn patterns((low, high): (u32, u32), [first, ..]: &[u32; 3], mut add: u32) -> u32 {
    add += 1;
    low + high + first + add
}

#[cancel_safe(trusted = "both writes are idempotent")]
async fn trusted(bytes: Vec<u8>) -> usize {
    let tail = std::future::ready(1).await;
    let head = std::future::ready(bytes.len()).await;
    head + tail
}

/// A declaration says it by its type.
trait Source {
    fn next(&mut self) -> impl CancelSafe<Output = u32> + Send;

    #[cancel_safe]
    async fn ready(&self) -> u32 {
        std::future::ready(1).await
    }
}

struct Queue<'x, T> {
    rx: &'x mut mpsc::Receiver<T>,
}

impl Source for Queue<'_, u32> {
    #[cancel_safe]
    async fn next(&mut self) -> u32 {
        self.rx.recv().await.unwrap_or(0)
    }
}

impl<'x, T: Send> Queue<'x, T> {
    #[cancel_safe]
    async fn tagged<'a>(&'a mut self, tag: &'a str) -> Option<(Cow<'a, str>, T)> {
        self.rx.recv().await.map(|item| (tag.into(), item))
    }

    #[cancel_safe]
    async fn elided(&mut self, _tag: &str) -> impl Iterator<Item = T> {
        self.rx.recv().await.into_iter()
    }

    #[cancel_safe]
    pub(crate) async unsafe fn unsafe_too(&self) -> &mpsc::Receiver<T> {
        std::future::ready(&*self.rx).await
    }
}

fn boxed<'a>(queue: &'a mut Queue<'_, u32>) -> BoxCancelSafe<'a, u32> {
    Box::pin(queue.next())
}

fn is_send<T: Send>(value: T) -> T {
    value
}

async fn uses<S: Source>(source: &mut S) -> u32 {
    select! {
        item = source.next() => item,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(is_send(free(3)).await, 3);
    assert_eq!(patterns((1, 2), &[3, 4, 5], 4).await, 11);
    assert_eq!(trusted(vec![1, 2]).await, 3);
    let (tx, mut rx) = mpsc::channel(9);
    for number in 1..9 {
        tx.send(number).await.unwrap();
    }
    let mut queue = Queue { rx: &mut rx };
    assert_eq!(uses(&mut queue).await, 1);
    assert_eq!(boxed(&mut queue).await, 2);
    assert_eq!(queue.ready().await, 1);
    assert_eq!(is_send(queue.tagged("tag")).await, Some(("tag".into(), 3)));
    assert_eq!(queue.elided("tag").await.collect::<Vec<_>>(), [4]);
    assert_eq!(unsafe { queue.unsafe_too() }.await.len(), 4);
    let (tx, mut rx) = mpsc::channel(1);
    tx.send([1, 2]).await.unwrap();
    assert_eq!(generic(&mut rx).await, Some([1, 2]));
    unit(&mut mpsc::channel(1).1).await;
}
