//! What a loop makes, or lends, and does not lose.
#![allow(unused)]
use actor_runtime::{
    actor, cancel_safe,
    cancel_safe::{assume_cancel_safe, requeue},
    checked_select,
};
use std::pin::pin;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Duration, sleep};

pub struct A;
#[actor]
impl A {
    pub async fn work(&mut self) -> u32 {
        1
    }
    #[cancel_safe]
    pub fn len(&self) -> usize {
        1
    }
}

async fn refresh(n: u8) -> u8 {
    n
}
#[cancel_safe]
async fn marked(rx: &mut mpsc::Receiver<u8>) -> u8 {
    rx.recv().await.unwrap_or(0)
}

pub struct Client {
    rx: mpsc::Receiver<u8>,
    opt: Option<mpsc::Receiver<u8>>,
    m: std::sync::Arc<tokio::sync::Mutex<mpsc::Receiver<u8>>>,
}

#[checked_select]
pub mod accepted {
    use super::*;
    pub async fn before(mut rx: mpsc::Receiver<u8>) {
        let mut f = pin!(refresh(1));
        loop {
            tokio::select! {
                x = &mut f => { drop(x); break },
                y = rx.recv() => drop(y),
            }
        }
    }
    pub async fn outer_loop(mut rx: mpsc::Receiver<u8>) {
        loop {
            let mut f = pin!(refresh(1));
            loop {
                tokio::select! {
                    x = &mut f => { drop(x); break },
                    y = rx.recv() => drop(y),
                }
            }
        }
    }
    pub async fn no_loop(mut rx: mpsc::Receiver<u8>) {
        let mut f = pin!(refresh(1));
        tokio::select! {
            x = &mut f => { drop(x); },
            y = rx.recv() => drop(y),
        }
    }
    pub async fn leaves(mut rx: mpsc::Receiver<u8>) {
        loop {
            let mut f = pin!(refresh(1));
            tokio::select! {
                x = &mut f => drop(x),
                y = rx.recv() => { drop(y); break },
            }
        }
    }
    pub async fn waited_later(mut rx: mpsc::Receiver<u8>) {
        loop {
            let mut f = pin!(refresh(1));
            let r = tokio::select! {
                x = &mut f => Some(x),
                y = rx.recv() => None,
            };
            if r.is_none() {
                f.await;
            }
        }
    }
    pub async fn waited_beside(mut rx: mpsc::Receiver<u8>) {
        loop {
            let mut f = pin!(refresh(1));
            match tokio::select! {
                x = &mut f => Some(x),
                y = rx.recv() => None,
            } {
                Some(_) => {}
                None => {
                    f.await;
                }
            }
        }
    }
    pub async fn waited_in_branch(mut rx: mpsc::Receiver<u8>) {
        loop {
            let mut f = pin!(refresh(1));
            tokio::select! {
                x = &mut f => drop(x),
                () = sleep(Duration::from_secs(1)) => { f.await; }
            }
        }
    }
    pub async fn safe_futures(
        mut rx: mpsc::Receiver<u8>,
        mut other: mpsc::Receiver<u8>,
        a: AHandle,
    ) {
        loop {
            let mut f = pin!(rx.recv());
            let mut g = pin!(sleep(Duration::from_secs(1)));
            let mut h = Box::pin(marked(&mut other));
            let mut c = pin!(a.len());
            tokio::select! {
                x = &mut f => drop(x),
                () = g.as_mut() => {}
                x = &mut h => drop(x),
                x = &mut c => drop(x),
            }
        }
    }
    pub async fn place(n: &tokio::sync::Notify) {
        loop {
            let mut notified = pin!(requeue(n.notified()));
            notified.as_mut().enable();
            tokio::select! {
                () = &mut notified => {}
                () = sleep(Duration::from_secs(1)) => {}
            }
        }
    }
    pub async fn says_why(mut rx: mpsc::Receiver<mpsc::Receiver<u8>>) {
        while let Some(mut inner) = rx.recv().await {
            let mut f = pin!(assume_cancel_safe("a slow one is dropped", refresh(1)));
            tokio::select! {
                x = assume_cancel_safe("a slow one is dropped", inner.recv()) => drop(x),
                _ = &mut f => {}
                () = sleep(Duration::from_secs(1)) => {}
            }
        }
    }
    pub async fn in_a_task(mut rx: mpsc::Receiver<u8>) {
        loop {
            tokio::spawn(async move {
                let mut f = pin!(refresh(1));
                tokio::select! {
                    x = &mut f => drop(x),
                    () = sleep(Duration::from_secs(1)) => {}
                }
            });
            let f = |mut inner: mpsc::Receiver<u8>| async move {
                tokio::select! {
                    x = inner.recv() => drop(x),
                    () = sleep(Duration::from_secs(1)) => {}
                }
            };
        }
    }
    pub async fn buffer(mut stream: tokio::net::TcpStream, mut rx: mpsc::Receiver<u8>) {
        use tokio::io::AsyncReadExt;
        loop {
            let mut buf = [0; 16];
            let mut many = Vec::new();
            tokio::select! {
                n = stream.read(&mut buf) => drop(n),
                n = rx.recv_many(&mut many, 4) => drop(n),
                () = sleep(Duration::from_secs(1)) => {}
            }
        }
    }
    impl Client {
        pub async fn views(&mut self) {
            loop {
                let rx = &mut self.rx;
                let Some(opt) = self.opt.as_mut() else { return };
                let mut guard = self.m.lock().await;
                tokio::select! {
                    x = rx.recv() => drop(x),
                    x = opt.recv() => drop(x),
                    x = guard.recv() => drop(x),
                    () = sleep(Duration::from_secs(1)) => {}
                }
            }
        }
        pub async fn arms(&mut self) {
            loop {
                match &mut self.opt {
                    Some(rx) => tokio::select! {
                        x = rx.recv() => drop(x),
                        () = sleep(Duration::from_secs(1)) => {}
                    },
                    None => {}
                }
                if let Some(rx) = &mut self.opt {
                    tokio::select! {
                        x = rx.recv() => drop(x),
                        () = sleep(Duration::from_secs(1)) => {}
                    }
                }
            }
        }
        pub async fn alone(&mut self) {
            loop {
                let mut f = pin!(refresh(1));
                tokio::select! { x = &mut f => drop(x), else => {} }
            }
        }
        pub async fn shadowed(&mut self, mut rx: mpsc::Receiver<u8>) {
            loop {
                {
                    let rx = 5;
                }
                tokio::select! { x = rx.recv() => drop(x), () = sleep(Duration::from_secs(1)) => {} }
            }
        }
        pub async fn outer(&mut self) {
            let mut f = pin!(refresh(1));
            loop {
                let f = &mut f;
                let g = f.as_mut();
                tokio::select! { x = g => drop(x), y = self.rx.recv() => drop(y) }
            }
        }
    }
}
fn main() {}
