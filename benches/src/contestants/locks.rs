//! A counter behind a shared lock, without messages.
//!
//! A call locks, adds and unlocks. A cast does the same and drops the total, because a lock has no queue.

use std::sync::Arc;

use crate::{
    contestant::{Answer, Contestant},
    counter::Counter,
    workload::Row,
};

fn needs_no_wait(row: Row) -> Option<&'static str> {
    matches!(row, Row::Ready | Row::Yield).then_some("its guard must not be held over an `.await`")
}

/// `std::sync::Mutex`.
#[derive(Debug)]
pub struct Std;

impl Contestant for Std {
    type Handle = Arc<std::sync::Mutex<Counter>>;
    type Answer = u64;

    fn cannot(row: Row) -> Option<&'static str> {
        needs_no_wait(row)
    }

    async fn spawn(_capacity: usize) -> Self::Handle {
        Arc::default()
    }

    async fn call(handle: &Self::Handle, amount: u64) -> u64 {
        handle.lock().expect("the lock is not poisoned").add(amount)
    }

    async fn call_ready(_handle: &Self::Handle, _amount: u64) -> u64 {
        unreachable!("it has no such row")
    }

    async fn call_yielding(_handle: &Self::Handle, _amount: u64) -> u64 {
        unreachable!("it has no such row")
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        Self::call(handle, amount).await.total();
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.try_lock().expect("the lock is free").add(amount);
    }
}

/// `parking_lot::Mutex`.
#[derive(Debug)]
pub struct ParkingLot;

impl Contestant for ParkingLot {
    type Handle = Arc<parking_lot::Mutex<Counter>>;
    type Answer = u64;

    const PACKAGE: Option<&'static str> = Some("parking_lot");

    fn cannot(row: Row) -> Option<&'static str> {
        needs_no_wait(row)
    }

    async fn spawn(_capacity: usize) -> Self::Handle {
        Arc::default()
    }

    async fn call(handle: &Self::Handle, amount: u64) -> u64 {
        handle.lock().add(amount)
    }

    async fn call_ready(_handle: &Self::Handle, _amount: u64) -> u64 {
        unreachable!("it has no such row")
    }

    async fn call_yielding(_handle: &Self::Handle, _amount: u64) -> u64 {
        unreachable!("it has no such row")
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        Self::call(handle, amount).await.total();
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.try_lock().expect("the lock is free").add(amount);
    }
}

/// `tokio::sync::Mutex`, whose guard may be held across an `.await`.
#[derive(Debug)]
pub struct Tokio;

impl Contestant for Tokio {
    type Handle = Arc<tokio::sync::Mutex<Counter>>;
    type Answer = u64;

    const PACKAGE: Option<&'static str> = Some("tokio");

    async fn spawn(_capacity: usize) -> Self::Handle {
        Arc::default()
    }

    async fn call(handle: &Self::Handle, amount: u64) -> u64 {
        handle.lock().await.add(amount)
    }

    async fn call_ready(handle: &Self::Handle, amount: u64) -> u64 {
        handle.lock().await.add_ready(amount).await
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        handle.lock().await.add_and_yield(amount).await
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        Self::call(handle, amount).await.total();
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.try_lock().expect("the lock is free").add(amount);
    }
}
