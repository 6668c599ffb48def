// Caret: what each `pin` is given. Says: it is made again in each turn, and to make it before the loop.
use std::{pin::pin, time::Duration};

use actor_runtime::checked_select;
use tokio::sync::mpsc;

async fn refresh(n: u8) -> u8 {
    n
}

#[checked_select]
async fn pinned(mut rx: mpsc::Receiver<u8>) {
    loop {
        let mut f = pin!(refresh(1));
        tokio::select! {
            x = &mut f => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn pinned_by_value(mut rx: mpsc::Receiver<u8>) {
    loop {
        let f = std::pin::pin!(refresh(1));
        tokio::select! {
            x = f => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn boxed(mut rx: mpsc::Receiver<u8>) {
    loop {
        let mut f = Box::pin(refresh(1));
        tokio::select! {
            x = &mut f => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn typed(mut rx: mpsc::Receiver<u8>) {
    loop {
        let mut f: std::pin::Pin<Box<dyn Future<Output = u8>>> = Box::pin(refresh(1));
        tokio::select! {
            x = &mut f => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn tokio_pinned(mut rx: mpsc::Receiver<u8>) {
    loop {
        let f = refresh(1);
        tokio::pin!(f);
        tokio::select! {
            x = &mut f => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn tokio_pinned_let(mut rx: mpsc::Receiver<u8>) {
    loop {
        tokio::pin! { let f = refresh(1); }
        tokio::select! {
            x = f.as_mut() => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn timed(mut rx: mpsc::Receiver<u8>) {
    loop {
        let mut f = pin!(refresh(1));
        tokio::select! {
            x = tokio::time::timeout(Duration::from_secs(1), &mut f) => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn block(mut rx: mpsc::Receiver<u8>) {
    loop {
        let mut f = pin!(async { refresh(1).await });
        tokio::select! {
            x = &mut f => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn nested_block(mut rx: mpsc::Receiver<u8>) {
    loop {
        let _x = {
            let mut f = pin!(refresh(1));
            tokio::select! {
                x = &mut f => Some(x),
                y = rx.recv() => y,
            }
        };
    }
}

#[checked_select]
async fn inner_loop(mut rx: mpsc::Receiver<u8>) {
    loop {
        loop {
            let mut f = pin!(refresh(1));
            tokio::select! {
                x = &mut f => { drop(x); break },
                y = rx.recv() => drop(y),
            }
        }
    }
}

#[checked_select]
async fn shadowing(mut rx: mpsc::Receiver<u8>) {
    let mut f = pin!(refresh(1));
    (&mut f).await;
    loop {
        let mut f = pin!(refresh(1));
        tokio::select! {
            x = &mut f => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

fn main() {}
