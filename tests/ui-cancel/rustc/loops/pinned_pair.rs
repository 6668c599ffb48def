// Caret: `f` of the branch. Says: it is made again in each turn, and to make it before the loop.
use std::pin::pin;

use actor_runtime::checked_select;
use tokio::sync::mpsc;

async fn refresh(n: u8) -> u8 {
    n
}

#[checked_select]
async fn pair(mut rx: mpsc::Receiver<u8>) {
    loop {
        let (mut f, n): (_, u8) = (pin!(refresh(1)), 1);
        tokio::select! {
            x = &mut f => drop(x),
            y = rx.recv() => drop((y, n)),
        }
    }
}

fn main() {}
