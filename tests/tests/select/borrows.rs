//! Borrows in futures and handlers.

use std::future::ready;

use actor_runtime::select;
use tokio::sync::oneshot;

use super::safe;

async fn take(_: &mut i32) {}

#[tokio::test]
async fn a_handler_may_use_a_value_moved_into_a_future() {
    let name = "hello".to_string();
    let length = select! {
        length = safe(async move { name.len() }) => length
    };
    assert_eq!(length, 5);
}

#[tokio::test]
async fn a_handler_may_borrow_what_a_losing_branch_borrowed() {
    let mut value = 234;
    select! {
        () = safe(take(&mut value)) => {}
        () = ready(()) => value += 5,
    }
    assert!(value >= 234);
    select! {
        () = safe(take(&mut value)) => {}
        () = ready(()) => value += 5,
        else => value += 27,
    }
    assert!(value >= 234);
}

#[tokio::test]
async fn a_handler_may_consume_a_borrowed_losing_branch() {
    let (first, mut firsts) = oneshot::channel();
    let (second, mut seconds) = oneshot::channel();
    first.send(1).unwrap();
    second.send(2).unwrap();
    select! {
        x = &mut firsts => assert_eq!((x, seconds.await), (Ok(1), Ok(2))),
        x = &mut seconds => assert_eq!((x, firsts.await), (Ok(2), Ok(1))),
    }
}

// https://github.com/tokio-rs/tokio/issues/6721
#[tokio::test]
async fn a_temporary_lives_as_long_as_the_future_that_borrows_it() {
    select! { () = &mut ready(()) => {} }
    select! { () = &mut std::pin::pin!(ready(())) => {} }
}

#[tokio::test]
async fn branches_may_borrow_different_fields() {
    struct Both {
        left: tokio::sync::mpsc::Receiver<u8>,
        right: tokio::sync::mpsc::Receiver<u8>,
        seen: Vec<u8>,
    }
    let (left, lefts) = tokio::sync::mpsc::channel(1);
    let (_right, rights) = tokio::sync::mpsc::channel(1);
    left.send(7).await.unwrap();
    let mut both = Both { left: lefts, right: rights, seen: Vec::new() };
    let this = &mut both;
    select! {
        Some(x) = this.left.recv() => this.seen.push(x),
        Some(x) = this.right.recv(), if this.seen.is_empty() => this.seen.push(x),
    }
    assert_eq!(both.seen, [7]);
}
