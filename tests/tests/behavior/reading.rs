//! A reader of a stream that waits for the actor that streams: neither it nor the handler hangs.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use actor_runtime::{ActorHandle, CallError, ExitReason, Replies, SendError, actor};

/// More than any buffer holds.
const ROWS: u32 = 100;

#[derive(Default)]
struct Table;

#[actor(mailbox = 1)]
impl Table {
    /// Lists all rows.
    pub(crate) async fn list(&self, mut rows: Replies<u32>) {
        for row in 0..ROWS {
            if rows.send(row).await.is_err() {
                return;
            }
        }
    }

    /// Gives a row back.
    pub(crate) async fn get(&self, row: u32) -> u32 {
        row
    }

    /// Lists all rows from a thread.
    pub(crate) fn list_blocking(&self, mut rows: Replies<u32>) {
        for row in 0..ROWS {
            if rows.send_blocking(row).is_err() {
                return;
            }
        }
    }
}

/// Fails the test, instead of hanging it.
async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it hangs")
}

/// Reads a stream and does `each` after every row.
async fn read<F: Future<Output = ()>>(each: impl Fn(TableHandle, u32) -> F) {
    let table = actor_runtime::spawn(Table);
    in_time(async {
        let mut rows = table.list();
        let mut read = 0;
        while let Some(row) = rows.next().await {
            each(table.clone(), row.unwrap()).await;
            read += 1;
        }
        assert_eq!(read, ROWS);
    })
    .await;
}

#[tokio::test]
async fn a_reader_may_call_the_actor() {
    read(|table, row| async move { assert_eq!(table.get(row).await, Ok(row)) }).await;
}

#[tokio::test]
async fn a_reader_may_cast_to_the_actor() {
    read(|table, row| async move { table.get(row).cast().await.unwrap() }).await;
}

#[tokio::test]
async fn a_reader_may_await_an_answer_of_the_actor() {
    read(|table, row| async move {
        let answer = table.get(row).sent().await.unwrap();
        assert_eq!(answer.await, Ok(row));
    })
    .await;
}

#[tokio::test]
async fn a_reader_may_call_the_actor_with_a_timeout_and_beside_others() {
    read(|table, row| async move {
        let (called, _) = tokio::join!(table.get(row).timeout(Duration::from_secs(9)), async {});
        assert_eq!(called, Ok(row));
    })
    .await;
}

#[tokio::test]
async fn a_reader_may_lease_the_actor() {
    read(|table, row| async move {
        let lease = table.lease().await.unwrap();
        assert_eq!(lease.get(row).await, Ok(row));
        lease.release().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_reader_may_read_another_stream_of_the_actor() {
    read(|table, row| async move {
        if row < 3 {
            let mut rows = table.list().buffer(1);
            while let Some(row) = rows.next().await {
                row.unwrap();
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_reader_may_shut_the_actor_down() {
    read(|table, row| async move {
        if row == 1 {
            assert_eq!(table.shutdown().await, ExitReason::Shutdown);
        } else if row > 1 {
            assert!(matches!(table.get(row).cast().await, Err(SendError::Closed(_))));
        }
    })
    .await;
}

#[test]
fn a_thread_that_reads_may_call_the_actor() {
    let table = actor_runtime::spawn_thread(|| Table).unwrap();
    let mut rows = futures::executor::block_on(table.list_blocking().sent()).unwrap();
    let mut read = 0;
    while let Some(row) = rows.next_blocking() {
        let row = row.unwrap();
        assert_eq!(table.get(row).blocking(), Ok(row));
        read += 1;
    }
    assert_eq!(read, ROWS);
}

/// Reads the table in a handler.
struct Auditor(TableHandle);

#[actor]
impl Auditor {
    /// Reads all rows, and looks up each.
    pub(crate) async fn audit(&self) -> Result<u32, CallError> {
        let mut rows = self.0.list();
        let mut sum = 0;
        while let Some(row) = rows.next().await {
            sum += self.0.get(row?).await?;
        }
        Ok(sum)
    }
}

#[tokio::test]
async fn a_handler_that_reads_may_call_the_actor() {
    let auditor = actor_runtime::spawn(Auditor(actor_runtime::spawn(Table)));
    assert_eq!(in_time(auditor.audit()).await, Ok(Ok(ROWS * (ROWS - 1) / 2)));
}

/// Counts how far it is ahead of its reader.
struct Counting(Arc<AtomicU32>);

#[actor]
impl Counting {
    pub(crate) async fn count(&self, mut numbers: Replies<u32>) {
        for number in 0..ROWS {
            if numbers.send(number).await.is_err() {
                return;
            }
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    pub(crate) async fn nothing(&self) {}
}

#[tokio::test]
async fn a_call_of_another_task_does_not_lift_the_bound() {
    let sent = Arc::new(AtomicU32::new(0));
    let counting = actor_runtime::spawn(Counting(sent.clone()));
    let mut numbers = counting.count().buffer(2).sent().await.unwrap();
    assert_eq!(numbers.next().await, Some(Ok(0)));
    let other = counting.clone();
    let other = tokio::spawn(async move { other.nothing().await });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(sent.load(Ordering::SeqCst), 3);
    drop(numbers);
    assert_eq!(other.await.unwrap(), Ok(()));
}

#[tokio::test]
async fn the_bound_holds_again_once_the_reader_reads() {
    let sent = Arc::new(AtomicU32::new(0));
    let counting = actor_runtime::spawn(Counting(sent.clone()));
    let mut numbers = counting.count().buffer(2).sent().await.unwrap();
    assert_eq!(numbers.next().await, Some(Ok(0)));
    {
        // The writer has not been polled since: the call is dropped, and the reader reads again.
        let mut call = std::pin::pin!(counting.nothing());
        assert!(futures::poll!(&mut call).is_pending());
    }
    assert_eq!(numbers.next().await, Some(Ok(1)));
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(sent.load(Ordering::SeqCst) <= 4);
}
