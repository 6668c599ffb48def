// Caret: what each branch is called on or lends. Says: it is made again in each turn, and the ways out.
use std::{pin::pin, time::Duration};

use actor_runtime::checked_select;
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

async fn refresh(n: u8) -> u8 {
    n
}

#[checked_select]
async fn set(mut rx: mpsc::Receiver<u8>) {
    loop {
        let mut set = tokio::task::JoinSet::new();
        set.spawn(refresh(1));
        tokio::select! {
            x = set.join_next() => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn task(mut rx: mpsc::Receiver<u8>) {
    while !rx.is_closed() {
        let mut task = tokio::spawn(refresh(1));
        tokio::select! {
            x = &mut task => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn request(server: mpsc::Sender<oneshot::Sender<u8>>) {
    for _ in 0..5 {
        let (tx, mut rx) = oneshot::channel();
        let _ = server.send(tx).await;
        tokio::select! {
            x = &mut rx => drop(x),
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
}

#[checked_select]
async fn handed(mut rx: mpsc::Receiver<mpsc::Receiver<u8>>) {
    while let Some(mut inner) = rx.recv().await {
        tokio::select! {
            x = inner.recv() => drop(x),
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
}

#[checked_select]
async fn buffer(stream: tokio::net::TcpStream) {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let mut stream = stream;
    loop {
        let mut lines = BufReader::new(&mut stream).lines();
        tokio::select! {
            x = lines.next_line() => drop(x),
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
}

#[checked_select]
async fn interval(mut rx: mpsc::Receiver<u8>) {
    loop {
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        tokio::select! {
            x = tick.tick() => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

#[checked_select]
async fn stream(mut rx: mpsc::Receiver<u8>) {
    use futures::StreamExt;
    loop {
        let mut s = pin!(futures::stream::unfold(0, |n| async move { Some((n, n + 1)) }));
        tokio::select! {
            x = s.next() => drop(x),
            y = rx.recv() => drop(y),
        }
    }
}

fn main() {}
