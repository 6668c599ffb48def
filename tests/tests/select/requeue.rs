//! Waits that may lose their place in a queue.

use std::{future::ready, sync::Arc, time::Duration};

use actor_runtime::{cancel_safe::requeue, select};
use tokio::{
    sync::{Mutex, Notify, RwLock, Semaphore, mpsc},
    time::sleep,
};
use tokio_test::{assert_pending, assert_ready, task};

#[tokio::test(start_paused = true)]
async fn every_queue() {
    let lock = Arc::new(Mutex::new(1));
    let shared = RwLock::new(2);
    let permits = Semaphore::new(3);
    let bell = Arc::new(Notify::new());
    let (sender, mut receiver) = mpsc::channel(4);
    bell.notify_one();
    assert_eq!(1, select! { value = requeue(&lock).lock() => *value });
    assert_eq!(2, select! { value = requeue(&shared).read() => *value });
    select! { mut value = requeue(&shared).write() => *value += 1 }
    select! { permit = requeue(&permits).acquire() => permit.unwrap().forget() }
    select! { permit = requeue(&permits).acquire_many(2) => permit.unwrap().forget() }
    select! { () = requeue(&bell).notified() => {} }
    select! { permit = requeue(&sender).reserve() => permit.unwrap().send('a') }
    select! { permits = requeue(&sender).reserve_many(2) => permits.unwrap().for_each(|permit| permit.send('b')) }
    assert_eq!(permits.available_permits(), 0);
    assert_eq!([receiver.recv().await, receiver.recv().await], [Some('a'), Some('b')]);
}

/// What the error warns of: a wait that is repeatedly dropped may never get its turn.
#[test]
fn a_dropped_wait_goes_to_the_end_of_the_queue() {
    let lock = Mutex::new(());
    let held = lock.try_lock().unwrap();
    let mut dropped = task::spawn(requeue(&lock).lock());
    assert_pending!(dropped.poll());
    let mut kept = task::spawn(lock.lock());
    assert_pending!(kept.poll());
    drop(dropped);
    let mut again = task::spawn(requeue(&lock).lock());
    assert_pending!(again.poll());
    drop(held);
    assert_pending!(again.poll());
    drop(assert_ready!(kept.poll()));
    drop(assert_ready!(again.poll()));
}

/// A notification for a dropped wait goes to the next one.
#[test]
fn a_notification_is_passed_on() {
    let bell = Notify::new();
    let mut dropped = task::spawn(requeue(&bell).notified());
    assert_pending!(dropped.poll());
    bell.notify_one();
    drop(dropped);
    assert_ready!(task::spawn(requeue(&bell).notified()).poll());
}

/// The code that the error for `send` recommends loses nothing, whichever branch wins.
#[tokio::test(start_paused = true)]
async fn reserve_then_send() {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut queue = vec![3, 2, 1];
    let mut seen = Vec::new();
    while seen.len() < 3 {
        select! {
            permit = requeue(&sender).reserve(), if !queue.is_empty() => {
                permit.unwrap().send(queue.pop().unwrap());
            }
            Some(number) = receiver.recv() => seen.push(number),
            () = sleep(Duration::from_secs(1)) => unreachable!(),
        }
    }
    assert_eq!(seen, [1, 2, 3]);
    select! { biased; () = ready(()) => {}, _ = requeue(&sender).reserve() => {} }
}
