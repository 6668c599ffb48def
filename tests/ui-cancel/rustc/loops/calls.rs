// Caret: `answer`, `&mut call` and `n.notified()`. Says: in each case to make it before the loop.
use std::{pin::pin, time::Duration};

use actor_runtime::{actor, checked_select};
use tokio::time::sleep;

struct A;

#[actor]
impl A {
    pub async fn work(&mut self) -> u32 {
        1
    }
}

#[checked_select]
async fn answer(a: AHandle) {
    loop {
        let mut answer = a.work().sent().await.unwrap();
        tokio::select! {
            x = &mut answer => drop(x),
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
}

#[checked_select]
async fn call(a: AHandle) {
    loop {
        let mut call = pin!(a.work());
        tokio::select! {
            x = &mut call => drop(x),
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
}

#[checked_select]
async fn place(n: &tokio::sync::Notify) {
    loop {
        let mut call = pin!(n.notified());
        tokio::select! {
            x = &mut call => drop(x),
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
}

fn main() {}
